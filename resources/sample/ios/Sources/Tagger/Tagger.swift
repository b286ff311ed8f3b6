import CLetterbox
import CoreGraphics
import CoreImage
import CoreVideo
import Foundation
import ImageIO

/// A label that is present, with its score q / 256.
public struct Tag: Equatable {
  public let label: String
  public let score: Float
}

public enum TaggerError: Error {
  case modelUnreadable
  case modelFailed
  case imageUnreadable
}

/// Finds the labels of images. Sizes, types, labels and thresholds are read from inference_config.json, so that the next
/// export needs no new code. The model and the buffers are used by one caller at a time; others wait.
public final class Tagger {
  private let config: ModelConfig
  private let runner: Runner
  private let queue = DispatchQueue(label: "tagger")
  private let context = CIContext()
  private var pixels: [UInt8]
  private var scratch: [Int32]

  public init() throws {
    guard let folder = Bundle.module.url(forResource: "Model", withExtension: nil) else {
      throw TaggerError.modelUnreadable
    }
    let json = try Data(contentsOf: folder.appendingPathComponent("inference_config.json"))
    config = try JSONDecoder().decode(ModelConfig.self, from: json)
    runner = try Runner(modelPath: folder.appendingPathComponent(config.model.file).path, config: config)
    let size = config.preprocessing.letterbox.size
    pixels = [UInt8](repeating: 0, count: size * size * 3)
    scratch = [Int32](repeating: 0, count: Int(letterbox_scratch(Int32(size))))
  }

  /// The labels of an image file, turned upright by its EXIF orientation.
  public func tags(photoAt url: URL) throws -> [Tag] {
    guard
      let source = CGImageSourceCreateWithURL(url as CFURL, nil),
      let image = CGImageSourceCreateImageAtIndex(source, 0, nil)
    else { throw TaggerError.imageUnreadable }
    let properties = CGImageSourceCopyPropertiesAtIndex(source, 0, nil) as? [CFString: Any]
    let stored = (properties?[kCGImagePropertyOrientation] as? NSNumber)?.uint32Value ?? 1
    return try tags(image, orientation: CGImagePropertyOrientation(rawValue: stored) ?? .up)
  }

  public func tags(_ image: CGImage, orientation: CGImagePropertyOrientation = .up) throws -> [Tag] {
    try decide(steps(image, orientation: orientation).codes)
  }

  /// The labels of a camera frame. `orientation` turns it upright: .right when the phone is held upright.
  public func tags(_ frame: CVPixelBuffer, orientation: CGImagePropertyOrientation) throws -> [Tag] {
    try queue.sync {
      try decide(codes(of: rgbImage(of: frame, orientation: orientation, context: context)))
    }
  }

  /// The letterboxed pixels and the codes q, 0..255, of an image, for tests.
  func steps(_ image: CGImage, orientation: CGImagePropertyOrientation = .up) throws -> (pixels: [UInt8], codes: [Int]) {
    try queue.sync {
      let padding = config.preprocessing.letterbox.paddingColor
      let codes = try codes(of: rgbImage(of: image, orientation: orientation, padding: padding))
      return (pixels, codes)
    }
  }

  /// Integers are compared, so that no rounding can move a decision.
  func decide(_ codes: [Int]) -> [Tag] {
    zip(config.thresholds.perClass, codes)
      .filter { rule, q in q >= rule.k }
      .map { rule, q in Tag(label: rule.label, score: Float(q) / 256) }
  }

  private func codes(of image: RgbImage) throws -> [Int] {
    let box = config.preprocessing.letterbox
    let status = letterbox(
      image.pixels, Int32(image.width), Int32(image.height), Int32(box.size), box.paddingColor, &pixels, &scratch)
    guard status == 0 else { throw TaggerError.imageUnreadable }
    return try runner.run(pixels)
  }
}
