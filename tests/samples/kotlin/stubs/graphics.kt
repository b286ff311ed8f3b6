@file:Suppress("UNUSED_PARAMETER")

package android.graphics

import android.content.ContentResolver
import android.net.Uri
import java.nio.ByteBuffer

/** Pixels as getPixels returns them: not premultiplied, in sRGB. */
class Bitmap(private val argb: IntArray, val width: Int, val height: Int, val config: Config?) {
  enum class Config { ARGB_8888, HARDWARE }

  fun copy(config: Config, isMutable: Boolean): Bitmap = Bitmap(argb, width, height, config)

  fun getPixels(pixels: IntArray, offset: Int, stride: Int, x: Int, y: Int, width: Int, height: Int) {
    check(config != Config.HARDWARE) { "The processor cannot read this bitmap." }
    for (row in 0 until height)
      System.arraycopy(argb, (y + row) * this.width + x, pixels, offset + row * stride, width)
  }
}

class ColorSpace private constructor() {
  enum class Named { SRGB, DISPLAY_P3 }

  companion object {
    fun get(name: Named) = ColorSpace()
  }
}

class Rect(@JvmField val left: Int, @JvmField val top: Int, @JvmField val right: Int, @JvmField val bottom: Int) {
  fun width() = right - left

  fun height() = bottom - top
}

class ImageDecoder private constructor() {
  class Source

  class ImageInfo

  fun interface OnHeaderDecodedListener {
    fun onHeaderDecoded(decoder: ImageDecoder, info: ImageInfo, source: Source)
  }

  fun setAllocator(allocator: Int) {}

  fun setUnpremultipliedRequired(required: Boolean) {}

  fun setTargetColorSpace(colorSpace: ColorSpace?) {}

  companion object {
    const val ALLOCATOR_SOFTWARE = 1

    fun createSource(resolver: ContentResolver, uri: Uri) = Source()

    fun createSource(buffer: ByteBuffer) = Source()

    fun decodeBitmap(source: Source, listener: OnHeaderDecodedListener): Bitmap {
      listener.onHeaderDecoded(ImageDecoder(), ImageInfo(), source)
      return Bitmap(IntArray(1), 1, 1, Bitmap.Config.ARGB_8888)
    }
  }
}
