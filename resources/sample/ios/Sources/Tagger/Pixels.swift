import CoreGraphics
import CoreImage
import CoreVideo
import Foundation
import ImageIO

/// Upright 8-bit sRGB pixels, 3 bytes each, row by row.
struct RgbImage {
  let pixels: [UInt8]
  let width: Int
  let height: Int
}

/// Draws into sRGB, because iPhones take photos in Display P3, whose numbers mean other colors. Transparent pixels lie
/// over the padding color.
func rgbImage(of image: CGImage, orientation: CGImagePropertyOrientation, padding: [UInt8]) throws -> RgbImage {
  let width = image.width
  let height = image.height
  guard
    let srgb = CGColorSpace(name: CGColorSpace.sRGB),
    let context = CGContext(
      data: nil, width: width, height: height, bitsPerComponent: 8, bytesPerRow: width * 4, space: srgb,
      bitmapInfo: CGImageAlphaInfo.noneSkipLast.rawValue),
    let data = context.data
  else { throw TaggerError.imageUnreadable }
  let area = CGRect(x: 0, y: 0, width: width, height: height)
  let color = padding.map { CGFloat($0) / 255 }
  context.setFillColor(CGColor(srgbRed: color[0], green: color[1], blue: color[2], alpha: 1))
  context.fill(area)
  context.interpolationQuality = .none
  context.draw(image, in: area)
  let bytes = UnsafeRawBufferPointer(start: data, count: context.bytesPerRow * height)
  return upright(
    bytes, width: width, height: height, bytesPerRow: context.bytesPerRow, channels: [0, 1, 2],
    orientation: orientation)
}

/// A frame of the camera. BGRA in a color space like sRGB is read as it is; everything else is converted first.
func rgbImage(of buffer: CVPixelBuffer, orientation: CGImagePropertyOrientation, context: CIContext) throws -> RgbImage {
  let readable = try isSrgb(buffer) ? buffer : converted(buffer, context: context)
  guard CVPixelBufferLockBaseAddress(readable, .readOnly) == kCVReturnSuccess else { throw TaggerError.imageUnreadable }
  defer { CVPixelBufferUnlockBaseAddress(readable, .readOnly) }
  guard let start = CVPixelBufferGetBaseAddress(readable) else { throw TaggerError.imageUnreadable }
  let height = CVPixelBufferGetHeight(readable)
  // Rows are padded.
  let bytesPerRow = CVPixelBufferGetBytesPerRow(readable)
  return upright(
    UnsafeRawBufferPointer(start: start, count: bytesPerRow * height), width: CVPixelBufferGetWidth(readable),
    height: height, bytesPerRow: bytesPerRow, channels: [2, 1, 0], orientation: orientation)
}

private func isSrgb(_ buffer: CVPixelBuffer) -> Bool {
  guard CVPixelBufferGetPixelFormatType(buffer) == kCVPixelFormatType_32BGRA else { return false }
  let primaries = CVBufferCopyAttachment(buffer, kCVImageBufferColorPrimariesKey, nil) as? String
  return primaries == nil || primaries == (kCVImageBufferColorPrimaries_ITU_R_709_2 as String)
}

private func converted(_ buffer: CVPixelBuffer, context: CIContext) throws -> CVPixelBuffer {
  let image = CIImage(cvPixelBuffer: buffer)
  var made: CVPixelBuffer?
  CVPixelBufferCreate(
    nil, CVPixelBufferGetWidth(buffer), CVPixelBufferGetHeight(buffer), kCVPixelFormatType_32BGRA,
    [kCVPixelBufferIOSurfacePropertiesKey: [String: Any]()] as CFDictionary, &made)
  guard let made, let srgb = CGColorSpace(name: CGColorSpace.sRGB) else { throw TaggerError.imageUnreadable }
  context.render(image, to: made, bounds: image.extent, colorSpace: srgb)
  return made
}

/// Copies 4-byte pixels to 3-byte ones and turns them upright. `channels` says where red, green and blue are.
func upright(
  _ bytes: UnsafeRawBufferPointer, width: Int, height: Int, bytesPerRow: Int, channels: [Int],
  orientation: CGImagePropertyOrientation
) -> RgbImage {
  let (x0, y0) = (width - 1, height - 1)
  // The stored pixel at each upright position.
  let stored: (Int, Int) -> (Int, Int)
  switch orientation {
  case .up: stored = { ($0, $1) }
  case .upMirrored: stored = { (x0 - $0, $1) }
  case .down: stored = { (x0 - $0, y0 - $1) }
  case .downMirrored: stored = { ($0, y0 - $1) }
  case .leftMirrored: stored = { ($1, $0) }
  case .right: stored = { ($1, y0 - $0) }
  case .rightMirrored: stored = { (x0 - $1, y0 - $0) }
  case .left: stored = { (x0 - $1, $0) }
  }
  let sideways = orientation.rawValue >= CGImagePropertyOrientation.leftMirrored.rawValue
  let (newWidth, newHeight) = sideways ? (height, width) : (width, height)
  var pixels = [UInt8](repeating: 0, count: width * height * 3)
  var at = 0
  for y in 0..<newHeight {
    for x in 0..<newWidth {
      let (column, row) = stored(x, y)
      let pixel = row * bytesPerRow + column * 4
      for channel in channels {
        pixels[at] = bytes[pixel + channel]
        at += 1
      }
    }
  }
  return RgbImage(pixels: pixels, width: newWidth, height: newHeight)
}
