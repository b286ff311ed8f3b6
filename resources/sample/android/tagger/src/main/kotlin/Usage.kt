package com.example.tagger

import android.content.Context
import android.graphics.ImageDecoder
import android.net.Uri
import android.util.Log
import androidx.camera.core.CameraSelector
import androidx.camera.lifecycle.ProcessCameraProvider
import androidx.lifecycle.LifecycleOwner

// @facts@
// build.gradle.kts of the app: implementation(project(":tagger")), androidResources { noCompress += "tflite" }

/** Labels of a photo. Open the tagger once and keep it if there are many. */
suspend fun labelsOf(context: Context, photo: Uri): List<Tag> =
  Tagger.open(context).use { tagger ->
    tagger.running.fallback?.let { Log.w("Tagger", it) }
    val bitmap = decodePhoto(ImageDecoder.createSource(context.contentResolver, photo))
    tagger.tags(bitmap) // @example@
  }

/** Labels of the camera's frames, on the tagger's thread. Call provider.unbindAll() before tagger.close(). */
fun watch(tagger: Tagger, provider: ProcessCameraProvider, owner: LifecycleOwner, show: (List<Tag>) -> Unit) {
  provider.bindToLifecycle(owner, CameraSelector.DEFAULT_BACK_CAMERA, tagger.analysis(show))
}
