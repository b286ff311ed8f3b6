package com.example.tagger

import android.content.Context
import android.graphics.Bitmap
import android.graphics.Rect
import androidx.camera.core.ImageAnalysis
import androidx.camera.core.ImageInfo
import androidx.camera.core.ImageProxy
import java.io.File
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executor
import kotlinx.coroutines.runBlocking
import org.json.JSONObject

/** Stands for the model in the stubs: keeps the input that it got, and gives the output that it is told. */
object FakeModel {
  var gpuFails = false
  var input = ByteArray(0)
  var output = ByteArray(0)
  val closed = mutableListOf<String>()

  fun run(bytes: ByteArray): ByteArray {
    input = bytes.copyOf()
    return output
  }

  fun bytesOf(floats: FloatArray): ByteArray {
    val made = ByteBuffer.allocate(floats.size * 4).order(ByteOrder.LITTLE_ENDIAN)
    made.asFloatBuffer().put(floats)
    return made.array()
  }

  fun floatsOf(bytes: ByteArray): FloatArray =
    FloatArray(bytes.size / 4).also { ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(it) }
}

/** Runs the sample on what the test wrote into a folder, and writes what it made beside it. */
fun main(args: Array<String>) {
  val folder = File(args[0])
  val work = JSONObject(File(folder, "work.json").readText())
  val letterboxes = work.getJSONArray("letterboxes")
  val used = mutableMapOf<String, Letterbox>()
  for (i in 0 until letterboxes.length()) letterbox(folder, letterboxes.getJSONObject(i), used)
  val models = work.getJSONArray("models")
  for (i in 0 until models.length()) model(folder, models.getJSONObject(i))
}

private fun numbers(of: JSONObject, key: String): IntArray {
  val array = of.getJSONArray(key)
  return IntArray(array.length()) { array.getInt(it) }
}

/** Letterboxes one image; instances are used again, as an app does, so that nothing may stay from the image before. */
private fun letterbox(folder: File, case: JSONObject, used: MutableMap<String, Letterbox>) {
  val size = case.getInt("size")
  val padding = numbers(case, "padding")
  val bytes = File(folder, case.getString("source")).readBytes()
  val width = case.getInt("width")
  val height = case.getInt("height")
  val source =
    when (case.getString("kind")) {
      "rgb" -> RgbPixels(bytes, width, height)
      "argb" -> BitmapPixels(Bitmap(argb(bytes), width, height, Bitmap.Config.HARDWARE), padding)
      else -> YuvPixels().also { show(it, case, bytes) }
    }
  val out = ByteArray(size * size * 3)
  used.getOrPut("$size ${padding.toList()}") { Letterbox(size, padding) }.fit(source, out)
  File(folder, case.getString("made")).writeBytes(out)
}

private fun argb(rgba: ByteArray) =
  IntArray(rgba.size / 4) {
    val (r, g, b, a) = rgba.slice(4 * it until 4 * it + 4).map { byte -> byte.toInt() and 0xff }
    (a shl 24) or (r shl 16) or (g shl 8) or b
  }

private fun planes(case: JSONObject, bytes: ByteArray): List<Plane> {
  val offsets = numbers(case, "offsets")
  val rows = numbers(case, "rowStrides")
  val pixels = numbers(case, "pixelStrides")
  return List(3) {
    val buffer = ByteBuffer.allocateDirect(bytes.size - offsets[it])
    buffer.put(bytes, offsets[it], bytes.size - offsets[it]).rewind()
    Plane(buffer, rows[it], pixels[it])
  }
}

private fun show(pixels: YuvPixels, case: JSONObject, bytes: ByteArray) {
  val (y, u, v) = planes(case, bytes)
  val (left, top, width, height) = numbers(case, "crop").toList()
  pixels.show(y, u, v, left, top, width, height, case.getInt("rotation"))
}

/** Opens a model, runs it on an image and on the same image as a camera frame, and writes what it took and gave. */
private fun model(folder: File, case: JSONObject) {
  System.setProperty("assets", File(folder, case.getString("assets")).path)
  FakeModel.output = File(folder, case.getString("output")).readBytes()
  FakeModel.gpuFails = case.getBoolean("gpuFails")
  FakeModel.closed.clear()
  val lines = mutableListOf<String>()
  val backend = if (case.getBoolean("gpu")) Backend.GPU else Backend.CPU
  val tagger = runBlocking { Tagger.open(Context(), backend) }
  lines += "running ${tagger.running.on} ${tagger.running.fallback}"
  val bytes = File(folder, case.getString("source")).readBytes()
  val bitmap = Bitmap(argb(bytes), case.getInt("width"), case.getInt("height"), Bitmap.Config.ARGB_8888)
  lines += runBlocking { tagger.tags(bitmap) }.map { "tag ${it.label} ${it.score * 256}" }
  File(folder, case.getString("input")).writeBytes(FakeModel.input)
  val frame = case.getJSONObject("frame")
  val seen = CompletableFuture<List<Tag>>()
  tagger.analysis { seen.complete(it) }
  val (executor, analyzer) = ImageAnalysis.set!!
  val proxy = Frame(frame, File(folder, frame.getString("source")).readBytes())
  executor.execute { analyzer.analyze(proxy) }
  lines += seen.get().map { "frame ${it.label}" }
  settle(executor)
  lines += "frame closed ${proxy.closed}"
  File(folder, case.getString("frameInput")).writeBytes(FakeModel.input)
  tagger.close()
  while (FakeModel.closed.lastOrNull() != case.getString("closedLast")) Thread.onSpinWait()
  lines += "closed ${FakeModel.closed}"
  File(folder, case.getString("report")).writeText(lines.joinToString("\n"))
}

private fun settle(executor: Executor) {
  val done = CompletableFuture<Unit>()
  executor.execute { done.complete(Unit) }
  done.get()
}

private class Frame(case: JSONObject, bytes: ByteArray) : ImageProxy {
  var closed = 0
  override val planes =
    planes(case, bytes)
      .map<Plane, ImageProxy.PlaneProxy> {
        object : ImageProxy.PlaneProxy {
          override val rowStride = it.rowStride
          override val pixelStride = it.pixelStride
          override val buffer = it.bytes
        }
      }
      .toTypedArray()
  override val cropRect =
    numbers(case, "crop").let { (left, top, width, height) -> Rect(left, top, left + width, top + height) }
  override val imageInfo =
    object : ImageInfo {
      override val rotationDegrees = case.getInt("rotation")
    }

  override fun close() {
    closed++
  }
}
