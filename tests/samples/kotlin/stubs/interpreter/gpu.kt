package org.tensorflow.lite.gpu

import com.example.tagger.FakeModel
import org.tensorflow.lite.Delegate

class GpuDelegate : Delegate {
  override fun close() {
    FakeModel.closed += "delegate"
  }
}
