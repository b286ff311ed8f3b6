import org.jetbrains.kotlin.gradle.dsl.JvmTarget

plugins {
  id("com.android.library")
  id("org.jetbrains.kotlin.android")
}

val bundle = file(providers.gradleProperty("bundle").get())
val modelAssets = layout.buildDirectory.dir("bundle/model")
val parityAssets = layout.buildDirectory.dir("bundle/parity")

val copyModel by tasks.registering(Sync::class) {
  from(bundle) { include("model_int8.tflite", "inference_config.json") }
  into(modelAssets)
}
val copyParity by tasks.registering(Sync::class) {
  from(bundle) { include("parity/**") }
  into(parityAssets)
}

android {
  namespace = "com.example.tagger"
  compileSdk = 36

  defaultConfig {
    // ImageDecoder, which turns photos upright and converts them to sRGB, came with 28.
    minSdk = 28
    testInstrumentationRunner = "androidx.test.runner.AndroidJUnitRunner"
  }

  // Two ways to run the model with the same code around them. Keep one, and remove the other.
  flavorDimensions += "runtime"
  productFlavors {
    create("compiledModel") { dimension = "runtime" } // LiteRT 2.x
    create("interpreter") { dimension = "runtime" } // LiteRT 1.4, which TensorFlow Lite became
  }

  compileOptions {
    sourceCompatibility = JavaVersion.VERSION_17
    targetCompatibility = JavaVersion.VERSION_17
  }

  // The model is mapped into memory from inside the APK, which only works when it is not compressed. The app's own
  // module needs this line too, because it is the one that makes the APK.
  androidResources { noCompress += "tflite" }

  sourceSets {
    getByName("main").assets.srcDir(modelAssets)
    getByName("androidTest").assets.srcDir(parityAssets)
  }
}

kotlin { compilerOptions { jvmTarget.set(JvmTarget.JVM_17) } }

tasks.named("preBuild") { dependsOn(copyModel, copyParity) }

dependencies {
  // 1.4.0 is the first version whose libraries fit memory pages of 16 KB, which Google Play asks for.
  "compiledModelImplementation"("com.google.ai.edge.litert:litert:2.1.6")
  "interpreterImplementation"("com.google.ai.edge.litert:litert:1.4.2")
  "interpreterImplementation"("com.google.ai.edge.litert:litert-gpu:1.4.2")
  "interpreterImplementation"("com.google.ai.edge.litert:litert-gpu-api:1.4.2")

  implementation("org.jetbrains.kotlinx:kotlinx-coroutines-android:1.10.2")
  api("androidx.camera:camera-core:1.5.2")
  implementation("androidx.camera:camera-camera2:1.5.2")
  implementation("androidx.camera:camera-lifecycle:1.5.2")

  androidTestImplementation("androidx.test.ext:junit:1.3.0")
  androidTestImplementation("androidx.test:runner:1.7.0")
}
