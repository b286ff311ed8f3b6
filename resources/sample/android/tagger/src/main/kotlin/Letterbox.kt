package com.example.tagger

/** An upright image in 8-bit sRGB, read row by row, so that no format needs a copy of the whole image. */
interface PixelSource {
  val width: Int
  val height: Int

  /** Writes row `y` into `rgb`: red, green and blue of `width` pixels. */
  fun readRow(y: Int, rgb: ByteArray)
}

/** Pixels of 3 bytes, row by row. */
class RgbPixels(private val pixels: ByteArray, override val width: Int, override val height: Int) : PixelSource {
  override fun readRow(y: Int, rgb: ByteArray) {
    System.arraycopy(pixels, y * width * 3, rgb, 0, width * 3)
  }
}

/**
 * Scales an image to fit a square, keeps its aspect ratio, centers it and fills the rest with the padding color. The
 * result is byte for byte what preprocess/letterbox.h gives and what the model was trained on. The buffers are reused:
 * use one instance per thread.
 */
class Letterbox(val size: Int, private val padding: IntArray) {
  private val weighed = Array(2) { IntArray(size * 3) }
  private val held = IntArray(2)
  private var row = ByteArray(0)
  private var columns = Taps(1, 1)
  private var lines = Taps(1, 1)

  /** Writes size x size pixels of 3 bytes into `out`. */
  fun fit(source: PixelSource, out: ByteArray) {
    val width = source.width
    val height = source.height
    require(width > 0 && height > 0) { "The image has no pixels." }
    require(out.size == size * size * 3) { "The output needs ${size * size * 3} bytes." }
    val newWidth = if (width >= height) size else shorterSide(width, height)
    val newHeight = if (width >= height) shorterSide(height, width) else size
    val left = (size - newWidth) / 2
    val top = (size - newHeight) / 2
    if (newWidth < size || newHeight < size) for (i in out.indices) out[i] = padding[i % 3].toByte()
    if (!columns.fit(width, newWidth)) columns = Taps(width, newWidth)
    if (!lines.fit(height, newHeight)) lines = Taps(height, newHeight)
    if (row.size < width * 3) row = ByteArray(width * 3)
    held.fill(-1)
    for (v in 0 until newHeight) {
      val y = lines.offsets[v]
      val weight = lines.weights[v]
      val a = weigh(source, y)
      val b = if (weight == 0) a else weigh(source, y + 1)
      var at = ((top + v) * size + left) * 3
      for (i in 0 until newWidth * 3) out[at++] = ((a[i] * (256 - weight) + b[i] * weight + 32768) shr 16).toByte()
    }
  }

  /** round-half-up(side * size / longer), at least 1. It uses integers, because floats would round some sizes differently. */
  private fun shorterSide(side: Int, longer: Int): Int =
    maxOf(1, ((2L * side * size + longer) / (2L * longer)).toInt())

  /** Scales row `y` horizontally, to values of 0..65280 that are not rounded yet. Keeps the last two rows. */
  private fun weigh(source: PixelSource, y: Int): IntArray {
    val out = weighed[y % 2]
    if (held[y % 2] == y) return out
    held[y % 2] = y
    source.readRow(y, row)
    var at = 0
    for (v in columns.offsets.indices) {
      val weight = columns.weights[v]
      val first = columns.offsets[v] * 3
      val second = if (weight == 0) first else first + 3
      for (c in 0 until 3)
        out[at++] = (row[first + c].toInt() and 0xff) * (256 - weight) + (row[second + c].toInt() and 0xff) * weight
    }
    return out
  }
}

/** For each output position of an axis: the first of the two source pixels that it mixes, and the second's weight, 0..256. */
private class Taps(private val source: Int, private val target: Int) {
  val offsets = IntArray(target)
  val weights = IntArray(target)

  init {
    val scale = 1.0 / (target.toDouble() / source)
    for (v in 0 until target) {
      val position = scale * (v + 0.5) - 0.5
      val whole = Math.floor(position).toInt()
      if (whole < 0 || source == 1) continue
      offsets[v] = minOf(whole, source - 1)
      if (whole < source - 1) weights[v] = Math.rint((position - whole) * 256.0).toInt()
    }
  }

  fun fit(source: Int, target: Int) = this.source == source && this.target == target
}
