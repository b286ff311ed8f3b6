import XCTest

@testable import Tagger

/// Walks through parity/ on the device and names the first step that differs.
final class ParityTests: XCTestCase {
  private struct Index: Decodable { let items: [Item] }
  private struct Item: Decodable {
    let image: String
    let letterbox: String
    let tolerance: Double?
    let codes: [Int]
    let decisions: [String]
  }

  func testEveryImageGivesTheStudiosPixelsCodesAndLabels() throws {
    let bundle = try XCTUnwrap(Bundle.module.resourceURL)
    let json = try Data(contentsOf: bundle.appendingPathComponent("parity/index.json"))
    let tagger = try Tagger()
    for item in try JSONDecoder().decode(Index.self, from: json).items {
      let made = try tagger.letterboxed(photoAt: bundle.appendingPathComponent(item.image))
      let pixels = try [UInt8](Data(contentsOf: bundle.appendingPathComponent(item.letterbox)))
      let differences = zip(made, pixels).map { abs(Int($0) - Int($1)) }
      let mean = Double(differences.reduce(0, +)) / Double(pixels.count)
      // JPEG decoders and color conversions round differently; the index says how much of that is right.
      XCTAssertLessThanOrEqual(
        mean, item.tolerance ?? 0, "\(item.image): pixels (decoding, orientation, color or scaling)")
      // From here on with the bundle's pixels, so that one fault is not reported as three.
      let codes = try tagger.codes(ofLetterboxed: pixels)
      XCTAssertEqual(codes, item.codes, "\(item.image): codes")
      XCTAssertEqual(tagger.decide(codes).map(\.label), item.decisions, "\(item.image): labels")
    }
  }
}
