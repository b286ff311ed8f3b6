package com.example.tagger

import android.content.Context
import java.io.FileInputStream
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.channels.FileChannel
import org.tensorflow.lite.Interpreter
import org.tensorflow.lite.gpu.GpuDelegate

/** LiteRT 1.4 and later 1.x. Its class is still called org.tensorflow.lite.Interpreter. */
internal fun openRunner(context: Context, config: ModelConfig, wanted: Backend): Runner {
  // openFd fails for a compressed asset: see noCompress in build.gradle.kts.
  val model = context.assets.openFd(config.modelFile).use { asset ->
    FileInputStream(asset.fileDescriptor).use { file ->
      file.channel.map(FileChannel.MapMode.READ_ONLY, asset.startOffset, asset.declaredLength)
    }
  }
  if (wanted == Backend.CPU) return onCpu(model, config, Running(Backend.CPU))
  val delegate = GpuDelegate()
  return try {
    InterpreterRunner(Interpreter(model, Interpreter.Options().addDelegate(delegate)), delegate, config, Running(Backend.GPU))
  } catch (error: RuntimeException) {
    delegate.close()
    onCpu(model, config, Running(Backend.CPU, "The GPU cannot run this model (${error.message}); it runs on the CPU."))
  }
}

private fun onCpu(model: ByteBuffer, config: ModelConfig, running: Running): Runner {
  val threads = Runtime.getRuntime().availableProcessors().coerceAtMost(4)
  // Without XNNPACK the scores differ by a few codes from those that the thresholds were chosen on.
  val options = Interpreter.Options().setNumThreads(threads).setUseXNNPACK(true)
  return InterpreterRunner(Interpreter(model, options), null, config, running)
}

private class InterpreterRunner(
  private val interpreter: Interpreter,
  private val delegate: GpuDelegate?,
  private val config: ModelConfig,
  override val running: Running,
) : Runner {
  private val values = config.size * config.size * 3
  private val bytes = ByteArray(if (config.input == IoType.FLOAT32) 0 else values)
  private val floats = FloatArray(if (config.input == IoType.FLOAT32) values else 0)
  private val input = direct(values, config.input)
  private val output = direct(config.rules.size, config.output)

  override fun run(pixels: ByteArray): IntArray {
    input.clear()
    output.clear()
    if (config.input == IoType.FLOAT32) {
      encode(pixels, config, floats)
      input.asFloatBuffer().put(floats)
    } else {
      encode(pixels, config.input, bytes)
      input.put(bytes)
      input.rewind()
    }
    interpreter.run(input, output)
    output.rewind()
    if (config.output == IoType.FLOAT32)
      return codesOf(FloatArray(config.rules.size).also { output.asFloatBuffer().get(it) })
    return codesOf(ByteArray(config.rules.size).also { output.get(it) }, config.output)
  }

  override fun close() {
    interpreter.close()
    delegate?.close()
  }

  private fun direct(values: Int, type: IoType): ByteBuffer =
    ByteBuffer.allocateDirect(if (type == IoType.FLOAT32) values * 4 else values).order(ByteOrder.nativeOrder())
}
