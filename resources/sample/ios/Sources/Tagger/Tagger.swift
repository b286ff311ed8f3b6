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
    let (image, orientation) = try load(url)
    return try tags(image, orientation: orientation)
  }

  public func tags(_ image: CGImage, orientation: CGImagePropertyOrientation = .up) throws -> [Tag] {
    try queue.sync {
      try fit(rgbImage(of: image, orientation: orientation, padding: config.preprocessing.letterbox.paddingColor))
      return try decide(runner.run(pixels))
    }
  }

  /// The labels of a camera frame. `orientation` turns it upright: .right when the phone is held upright.
  public func tags(_ frame: CVPixelBuffer, orientation: CGImagePropertyOrientation) throws -> [Tag] {
    try queue.sync {
      try fit(rgbImage(of: frame, orientation: orientation, context: context))
      return try decide(runner.run(pixels))
    }
  }

  /// The letterboxed pixels of an image file, for tests.
  func letterboxed(photoAt url: URL) throws -> [UInt8] {
    let (image, orientation) = try load(url)
    return try queue.sync {
      try fit(rgbImage(of: image, orientation: orientation, padding: config.preprocessing.letterbox.paddingColor))
      return pixels
    }
  }

  /// The code q, 0..255, of each label for letterboxed pixels, for tests.
  func codes(ofLetterboxed pixels: [UInt8]) throws -> [Int] {
    try queue.sync { try runner.run(pixels) }
  }

  /// Integers are compared, so that no rounding can move a decision.
  func decide(_ codes: [Int]) -> [Tag] {
    zip(config.thresholds.perClass, codes)
      .filter { rule, q in q >= rule.k }
      .map { rule, q in Tag(label: rule.label, score: Float(q) / 256) }
  }

  private func load(_ url: URL) throws -> (CGImage, CGImagePropertyOrientation) {
    guard
      let source = CGImageSourceCreateWithURL(url as CFURL, nil),
      let image = CGImageSourceCreateImageAtIndex(source, 0, nil)
    else { throw TaggerError.imageUnreadable }
    let properties = CGImageSourceCopyPropertiesAtIndex(source, 0, nil) as? [CFString: Any]
    let stored = (properties?[kCGImagePropertyOrientation] as? NSNumber)?.uint32Value ?? 1
    return (image, CGImagePropertyOrientation(rawValue: stored) ?? .up)
  }

  private func fit(_ image: RgbImage) throws {
    let box = config.preprocessing.letterbox
    let status = letterbox(
      image.pixels, Int32(image.width), Int32(image.height), Int32(box.size), box.paddingColor, &pixels, &scratch)
    guard status == 0 else { throw TaggerError.imageUnreadable }
  }
}
