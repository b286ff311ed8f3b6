package com.example.tagger

import androidx.camera.core.ImageAnalysis
import androidx.camera.core.ImageProxy
import java.nio.ByteBuffer

/** Gives the labels of every frame that the phone keeps up with, on the tagger's thread. */
fun Tagger.analysis(onTags: (List<Tag>) -> Unit): ImageAnalysis =
  ImageAnalysis.Builder()
    .setBackpressureStrategy(ImageAnalysis.STRATEGY_KEEP_ONLY_LATEST)
    .setOutputImageFormat(ImageAnalysis.OUTPUT_IMAGE_FORMAT_YUV_420_888)
    .build()
    .also { it.setAnalyzer(executor, TagAnalyzer(this, onTags)) }

private class TagAnalyzer(private val tagger: Tagger, private val onTags: (List<Tag>) -> Unit) : ImageAnalysis.Analyzer {
  private val pixels = YuvPixels()

  override fun analyze(image: ImageProxy) {
    // CameraX sends the next frame once this one is closed.
    image.use { frame ->
      val (y, u, v) = frame.planes.map { Plane(it.buffer, it.rowStride, it.pixelStride) }
      val crop = frame.cropRect
      pixels.show(y, u, v, crop.left, crop.top, crop.width(), crop.height(), frame.imageInfo.rotationDegrees)
      onTags(tagger.tagsNow(pixels))
    }
  }
}

/** One plane of a camera frame. Rows can be padded, and chroma values can lie two bytes apart. */
class Plane(val bytes: ByteBuffer, val rowStride: Int, val pixelStride: Int)

/**
 * A YUV_420_888 frame, cropped and turned upright while it is read; nothing is copied. Android's cameras give BT.601 in
 * full range; the numbers are those of letterbox.h.
 */
class YuvPixels : PixelSource {
  override var width = 0
    private set
  override var height = 0
    private set
  private lateinit var luma: Plane
  private lateinit var blue: Plane
  private lateinit var red: Plane
  private var left = 0
  private var top = 0
  private var cropWidth = 0
  private var cropHeight = 0
  private var rotation = 0

  /** `rotation`: the degrees, clockwise, that turn the crop upright; CameraX gives them in imageInfo.rotationDegrees. */
  fun show(y: Plane, u: Plane, v: Plane, left: Int, top: Int, cropWidth: Int, cropHeight: Int, rotation: Int) {
    require(rotation % 90 == 0) { "The rotation must be 0, 90, 180 or 270 degrees." }
    luma = y
    blue = u
    red = v
    this.left = left
    this.top = top
    this.cropWidth = cropWidth
    this.cropHeight = cropHeight
    this.rotation = Math.floorMod(rotation, 360)
    val sideways = this.rotation % 180 == 90
    width = if (sideways) cropHeight else cropWidth
    height = if (sideways) cropWidth else cropHeight
  }

  override fun readRow(y: Int, rgb: ByteArray) {
    // Where row y of the upright image starts in the frame, and where its next pixel is.
    var frameX = left
    var frameY = top
    var stepX = 0
    var stepY = 0
    when (rotation) {
      0 -> { frameY += y; stepX = 1 }
      90 -> { frameX += y; frameY += cropHeight - 1; stepY = -1 }
      180 -> { frameX += cropWidth - 1; frameY += cropHeight - 1 - y; stepX = -1 }
      else -> { frameX += cropWidth - 1 - y; stepY = 1 }
    }
    var at = 0
    for (x in 0 until width) {
      val light = value(luma, frameX, frameY)
      val cb = value(blue, frameX / 2, frameY / 2) - 128
      val cr = value(red, frameX / 2, frameY / 2) - 128
      rgb[at++] = byte(light + ((91881 * cr + 32768) shr 16))
      rgb[at++] = byte(light + ((-22553 * cb - 46802 * cr + 32768) shr 16))
      rgb[at++] = byte(light + ((116130 * cb + 32768) shr 16))
      frameX += stepX
      frameY += stepY
    }
  }

  private fun value(plane: Plane, x: Int, y: Int): Int =
    plane.bytes.get(y * plane.rowStride + x * plane.pixelStride).toInt() and 0xff

  private fun byte(value: Int): Byte = value.coerceIn(0, 255).toByte()
}
