import Foundation

/// What inference_config.json says about the model.
struct ModelConfig: Decodable {
  /// Type of the numbers that the model takes or gives.
  enum IoType: String, Decodable { case uint8, int8, float32 }

  struct Model: Decodable { let file: String }
  struct Letterbox: Decodable {
    let size: Int
    /// Red, green and blue of the area beside images that are not square, and under transparent pixels.
    let paddingColor: [UInt8]
  }
  struct Normalization: Decodable {
    let mean: Float32
    let std: Float32
  }
  struct Preprocessing: Decodable {
    let letterbox: Letterbox
    let normalization: Normalization
  }
  struct Tensor: Decodable { let type: IoType }
  /// A label is present when its code q is at least k; k = 256 means never.
  struct Rule: Decodable {
    let label: String
    let k: Int
  }
  struct Thresholds: Decodable { let perClass: [Rule] }

  let model: Model
  let preprocessing: Preprocessing
  let input: Tensor
  let output: Tensor
  let thresholds: Thresholds
}
