package com.example.tagger

import android.content.Context
import android.graphics.Bitmap
import java.util.concurrent.Executor
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.withContext

enum class Backend { CPU, GPU }

/** Where the model runs. `fallback` says why it is not the backend that was asked for. */
data class Running(val on: Backend, val fallback: String? = null)

/** Runs the model on letterboxed pixels. The flavors compiledModel and interpreter each have one. */
internal interface Runner : AutoCloseable {
  val running: Running

  /** The code q, 0..255, of each label. */
  fun run(pixels: ByteArray): IntArray
}

/**
 * Finds the labels of images. Sizes, types, labels and thresholds are read from inference_config.json, so that the next
 * export needs no new code. The model and the buffers belong to one thread: call `tags` from any coroutine, and
 * `tagsNow` only on `executor`.
 */
class Tagger private constructor(
  private val config: ModelConfig,
  private val runner: Runner,
  private val thread: ExecutorService,
) : AutoCloseable {
  private val letterbox = Letterbox(config.size, config.padding)
  private val pixels = ByteArray(config.size * config.size * 3)
  private val dispatcher = thread.asCoroutineDispatcher()

  /** For ImageAnalysis.setAnalyzer. */
  val executor: Executor
    get() = thread

  /** Show or log it: a fallback makes the model slower, or its scores a little different. */
  val running: Running
    get() = runner.running

  /** The labels that are present. */
  suspend fun tags(bitmap: Bitmap): List<Tag> = decide(codes(bitmap))

  /** The code q, 0..255, of every label; the score is q / 256. */
  suspend fun codes(bitmap: Bitmap): IntArray =
    withContext(dispatcher) { codesNow(BitmapPixels(bitmap, config.padding)) }

  /** Call it on `executor`. */
  fun tagsNow(image: PixelSource): List<Tag> = decide(codesNow(image))

  private fun codesNow(image: PixelSource): IntArray {
    letterbox.fit(image, pixels)
    return runner.run(pixels)
  }

  internal fun decide(codes: IntArray): List<Tag> = decide(config.rules, codes)

  /** The letterboxed pixels of an image, for tests. */
  internal suspend fun letterboxed(bitmap: Bitmap): ByteArray =
    withContext(dispatcher) {
      letterbox.fit(BitmapPixels(bitmap, config.padding), pixels)
      pixels.copyOf()
    }

  /** The codes of letterboxed pixels, for tests. */
  internal suspend fun codesOf(letterboxed: ByteArray): IntArray = withContext(dispatcher) { runner.run(letterboxed) }

  /** Frees the model once the image at work is done. Unbind the camera first. */
  override fun close() {
    thread.execute { runner.close() }
    thread.shutdown()
  }

  companion object {
    /**
     * Opens the model in the app's assets. On the CPU, XNNPACK gives the scores that the thresholds were chosen on, bit
     * for bit. A GPU rounds differently: run the parity test on it before you ship it.
     */
    suspend fun open(context: Context, backend: Backend = Backend.CPU): Tagger {
      val thread = Executors.newSingleThreadExecutor()
      return try {
        // A GPU delegate must run on the thread that made it.
        withContext(thread.asCoroutineDispatcher()) {
          val config = ModelConfig.parse(context.assets.open("inference_config.json").bufferedReader().use { it.readText() })
          Tagger(config, openRunner(context, config, backend), thread)
        }
      } catch (error: Throwable) {
        thread.shutdown()
        throw error
      }
    }
  }
}
