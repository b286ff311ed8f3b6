@file:Suppress("UNUSED_PARAMETER")

package androidx.camera.core

import android.graphics.Rect
import java.nio.ByteBuffer
import java.util.concurrent.Executor

interface ImageInfo {
  val rotationDegrees: Int
}

interface ImageProxy : AutoCloseable {
  interface PlaneProxy {
    val rowStride: Int
    val pixelStride: Int
    val buffer: ByteBuffer
  }

  val planes: Array<PlaneProxy>
  val cropRect: Rect
  val imageInfo: ImageInfo
}

abstract class UseCase

class CameraSelector private constructor() {
  companion object {
    @JvmField val DEFAULT_BACK_CAMERA = CameraSelector()
  }
}

interface Camera

class ImageAnalysis private constructor() : UseCase() {
  fun interface Analyzer {
    fun analyze(image: ImageProxy)
  }

  fun setAnalyzer(executor: Executor, analyzer: Analyzer) {
    set = executor to analyzer
  }

  class Builder {
    fun setBackpressureStrategy(strategy: Int) = this

    fun setOutputImageFormat(format: Int) = this

    fun build() = ImageAnalysis()
  }

  companion object {
    const val STRATEGY_KEEP_ONLY_LATEST = 0
    const val OUTPUT_IMAGE_FORMAT_YUV_420_888 = 1

    /** What setAnalyzer got last. */
    var set: Pair<Executor, Analyzer>? = null
  }
}
