import CoreGraphics
import ImageIO
import XCTest

@testable import Tagger

/// Walks through parity/ on the device and names the first step that differs.
final class ParityTests: XCTestCase {
  private struct Index: Decodable { let items: [Item] }
  private struct Item: Decodable {
    let image: String
    let letterbox: String
    let codes: [Int]
    let decisions: [String]
  }

  func testEveryImageGivesTheStudiosPixelsCodesAndLabels() throws {
    let bundle = try XCTUnwrap(Bundle.module.resourceURL)
    let json = try Data(contentsOf: bundle.appendingPathComponent("parity/index.json"))
    let tagger = try Tagger()
    for item in try JSONDecoder().decode(Index.self, from: json).items {
      let url = bundle.appendingPathComponent(item.image)
      let source = try XCTUnwrap(CGImageSourceCreateWithURL(url as CFURL, nil))
      let image = try XCTUnwrap(CGImageSourceCreateImageAtIndex(source, 0, nil))
      let (pixels, codes) = try tagger.steps(image)
      let expected = try Data(contentsOf: bundle.appendingPathComponent(item.letterbox))
      let worst = zip(pixels, expected).map { abs(Int($0) - Int($1)) }.max()
      XCTAssertEqual(worst, 0, "\(item.image): letterboxed pixels (decoding, orientation, color space or scaling)")
      XCTAssertEqual(codes, item.codes, "\(item.image): codes")
      XCTAssertEqual(tagger.decide(codes).map(\.label), item.decisions, "\(item.image): labels")
    }
  }
}
