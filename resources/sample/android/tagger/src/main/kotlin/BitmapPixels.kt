package com.example.tagger

import android.graphics.Bitmap
import android.graphics.ColorSpace
import android.graphics.ImageDecoder

/**
 * Decodes a photo as the model expects it: upright (ImageDecoder applies the EXIF orientation), in sRGB (iPhones and
 * many Android phones store Display P3), and with its alpha not multiplied into the colors, which would lose precision.
 */
fun decodePhoto(source: ImageDecoder.Source): Bitmap =
  ImageDecoder.decodeBitmap(source) { decoder, _, _ ->
    decoder.setAllocator(ImageDecoder.ALLOCATOR_SOFTWARE)
    decoder.setUnpremultipliedRequired(true)
    decoder.setTargetColorSpace(ColorSpace.get(ColorSpace.Named.SRGB))
  }

/** Pixels of an upright bitmap. `getPixels` converts them to sRGB; transparent ones lie over the padding color. */
internal class BitmapPixels(bitmap: Bitmap, private val padding: IntArray) : PixelSource {
  // The processor cannot read bitmaps of the GPU.
  private val bitmap = if (bitmap.config == Bitmap.Config.HARDWARE) bitmap.copy(Bitmap.Config.ARGB_8888, false) else bitmap
  override val width = bitmap.width
  override val height = bitmap.height
  private val argb = IntArray(width)

  override fun readRow(y: Int, rgb: ByteArray) {
    bitmap.getPixels(argb, 0, width, 0, y, width, 1)
    var at = 0
    for (pixel in argb) {
      val alpha = pixel ushr 24
      for (c in 0 until 3) {
        val color = (pixel ushr (16 - 8 * c)) and 0xff
        rgb[at++] = ((color * alpha + padding[c] * (255 - alpha)) / 255).toByte()
      }
    }
  }
}
