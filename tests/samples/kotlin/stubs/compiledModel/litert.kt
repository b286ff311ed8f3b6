@file:Suppress("UNUSED_PARAMETER")

package com.google.ai.edge.litert

import android.content.res.AssetManager
import com.example.tagger.FakeModel

/** The part of LiteRT 2.x's Kotlin interface that the sample uses. */
enum class Accelerator { NONE, CPU, GPU, NPU }

class LiteRtException(message: String) : Exception(message)

class TensorBuffer internal constructor(internal var bytes: ByteArray) : AutoCloseable {
  fun writeInt8(data: ByteArray) {
    bytes = data.copyOf()
  }

  fun writeFloat(data: FloatArray) {
    bytes = FakeModel.bytesOf(data)
  }

  fun readInt8(): ByteArray = bytes

  fun readFloat(): FloatArray = FakeModel.floatsOf(bytes)

  override fun close() {
    FakeModel.closed += "buffer"
  }
}

class CompiledModel private constructor() : AutoCloseable {
  class Options(internal vararg val accelerators: Accelerator)

  fun createInputBuffers(signatureIndex: Int = 0) = listOf(TensorBuffer(ByteArray(0)))

  fun createOutputBuffers(signatureIndex: Int = 0) = listOf(TensorBuffer(ByteArray(0)))

  fun run(inputs: List<TensorBuffer>, outputs: List<TensorBuffer>, signatureIndex: Int = 0) {
    outputs[0].bytes = FakeModel.run(inputs[0].bytes)
  }

  override fun close() {
    FakeModel.closed += "model"
  }

  companion object {
    fun create(assets: AssetManager, name: String, options: Options): CompiledModel {
      if (Accelerator.GPU in options.accelerators && FakeModel.gpuFails) throw LiteRtException("no OpenCL")
      return CompiledModel()
    }
  }
}
