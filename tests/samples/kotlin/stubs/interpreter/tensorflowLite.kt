package org.tensorflow.lite

import com.example.tagger.FakeModel
import java.nio.ByteBuffer

/** The part of LiteRT 1.4's Java interface that the sample uses. */
interface Delegate : AutoCloseable

class Interpreter(model: ByteBuffer, options: Options) : AutoCloseable {
  class Options {
    internal var gpu = false
    internal var xnnpack = false

    fun setNumThreads(threads: Int): Options {
      check(threads > 0)
      return this
    }

    fun setUseXNNPACK(use: Boolean): Options {
      xnnpack = use
      return this
    }

    fun addDelegate(delegate: Delegate): Options {
      gpu = delegate is org.tensorflow.lite.gpu.GpuDelegate
      return this
    }
  }

  init {
    check(model.isDirect)
    require(!options.gpu || !FakeModel.gpuFails) { "no OpenCL" }
    check(options.gpu || options.xnnpack)
  }

  fun run(input: Any, output: Any) {
    input as ByteBuffer
    output as ByteBuffer
    check(input.isDirect && output.isDirect)
    check(input.position() == 0 && output.position() == 0)
    val bytes = ByteArray(input.remaining()).also { input.get(it) }
    output.put(FakeModel.run(bytes))
    check(output.remaining() == 0)
  }

  override fun close() {
    FakeModel.closed += "model"
  }
}
