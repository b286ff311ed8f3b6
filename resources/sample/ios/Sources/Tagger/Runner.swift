import Foundation
import TensorFlowLiteC

/// Runs the model on the CPU with XNNPACK, which gives the scores that the thresholds were chosen on, bit for bit. The C
/// interface is used because the Swift one has XNNPACK off, cannot switch it on for quantized models, and knows no INT8
/// tensors.
final class Runner {
  private let model: OpaquePointer
  private let delegate: UnsafeMutablePointer<TfLiteDelegate>
  private let interpreter: OpaquePointer
  private let config: ModelConfig

  init(modelPath: String, config: ModelConfig, threads: Int32 = 2) throws {
    guard let model = TfLiteModelCreateFromFile(modelPath) else { throw TaggerError.modelUnreadable }
    var xnnpack = TfLiteXNNPackDelegateOptionsDefault()
    xnnpack.num_threads = threads
    xnnpack.flags |= UInt32(TFLITE_XNNPACK_DELEGATE_FLAG_QS8 | TFLITE_XNNPACK_DELEGATE_FLAG_QU8)
    guard let delegate = TfLiteXNNPackDelegateCreate(&xnnpack) else {
      TfLiteModelDelete(model)
      throw TaggerError.modelUnreadable
    }
    let options = TfLiteInterpreterOptionsCreate()
    defer { TfLiteInterpreterOptionsDelete(options) }
    TfLiteInterpreterOptionsSetNumThreads(options, threads)
    TfLiteInterpreterOptionsAddDelegate(options, delegate)
    guard let interpreter = TfLiteInterpreterCreate(model, options) else {
      TfLiteXNNPackDelegateDelete(delegate)
      TfLiteModelDelete(model)
      throw TaggerError.modelUnreadable
    }
    self.model = model
    self.delegate = delegate
    self.interpreter = interpreter
    self.config = config
    guard TfLiteInterpreterAllocateTensors(interpreter) == kTfLiteOk else { throw TaggerError.modelFailed }
  }

  deinit {
    TfLiteInterpreterDelete(interpreter)
    TfLiteXNNPackDelegateDelete(delegate)
    TfLiteModelDelete(model)
  }

  /// The code q, 0..255, of each label.
  func run(_ pixels: [UInt8]) throws -> [Int] {
    try feed(pixels)
    guard TfLiteInterpreterInvoke(interpreter) == kTfLiteOk else { throw TaggerError.modelFailed }
    let labels = config.thresholds.perClass.count
    switch config.output.type {
    case .uint8:
      var output = [UInt8](repeating: 0, count: labels)
      try read(&output)
      return output.map { Int($0) }
    case .int8:
      var output = [Int8](repeating: 0, count: labels)
      try read(&output)
      return output.map { Int($0) + 128 }
    case .float32:
      var output = [Float32](repeating: 0, count: labels)
      try read(&output)
      return output.map { Int(($0 * 256).rounded()) }
    }
  }

  private func feed(_ pixels: [UInt8]) throws {
    let normalization = config.preprocessing.normalization
    switch config.input.type {
    case .uint8:
      try write(pixels)
    case .int8:
      // Subtracting 128 flips the highest bit.
      try write(pixels.map { $0 ^ 0x80 })
    case .float32:
      try write(pixels.map { (Float32($0) - normalization.mean) / normalization.std })
    }
  }

  private func write<Number>(_ values: [Number]) throws {
    let input = TfLiteInterpreterGetInputTensor(interpreter, 0)
    let status = values.withUnsafeBytes { TfLiteTensorCopyFromBuffer(input, $0.baseAddress, $0.count) }
    guard status == kTfLiteOk else { throw TaggerError.modelFailed }
  }

  private func read<Number>(_ values: inout [Number]) throws {
    let output = TfLiteInterpreterGetOutputTensor(interpreter, 0)
    let status = values.withUnsafeMutableBytes { TfLiteTensorCopyToBuffer(output, $0.baseAddress, $0.count) }
    guard status == kTfLiteOk else { throw TaggerError.modelFailed }
  }
}
