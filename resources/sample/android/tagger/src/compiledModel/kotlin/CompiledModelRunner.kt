package com.example.tagger

import android.content.Context
import com.google.ai.edge.litert.Accelerator
import com.google.ai.edge.litert.CompiledModel
import com.google.ai.edge.litert.LiteRtException

/** LiteRT 2.x. */
internal fun openRunner(context: Context, config: ModelConfig, wanted: Backend): Runner {
  fun compile(accelerator: Accelerator): CompiledModel =
    CompiledModel.create(context.assets, config.modelFile, CompiledModel.Options(accelerator))
  if (wanted == Backend.CPU) return CompiledModelRunner(compile(Accelerator.CPU), config, Running(Backend.CPU))
  return try {
    CompiledModelRunner(compile(Accelerator.GPU), config, Running(Backend.GPU))
  } catch (error: LiteRtException) {
    val reason = "The GPU cannot run this model (${error.message}); it runs on the CPU."
    CompiledModelRunner(compile(Accelerator.CPU), config, Running(Backend.CPU, reason))
  }
}

private class CompiledModelRunner(
  private val model: CompiledModel,
  private val config: ModelConfig,
  override val running: Running,
) : Runner {
  private val inputs = model.createInputBuffers()
  private val outputs = model.createOutputBuffers()
  private val values = config.size * config.size * 3
  private val bytes = ByteArray(if (config.input == IoType.FLOAT32) 0 else values)
  private val floats = FloatArray(if (config.input == IoType.FLOAT32) values else 0)

  override fun run(pixels: ByteArray): IntArray {
    // writeInt8 and readInt8 copy bytes, so they serve UINT8 as well, for which there is no method.
    if (config.input == IoType.FLOAT32) {
      encode(pixels, config, floats)
      inputs[0].writeFloat(floats)
    } else {
      encode(pixels, config.input, bytes)
      inputs[0].writeInt8(bytes)
    }
    model.run(inputs, outputs)
    return if (config.output == IoType.FLOAT32) codesOf(outputs[0].readFloat()) else codesOf(outputs[0].readInt8(), config.output)
  }

  override fun close() {
    (inputs + outputs).forEach { it.close() }
    model.close()
  }
}
