// swift-tools-version: 5.9
import PackageDescription

// Run ./prepare.sh first: it puts the model, letterbox.h, parity/ and TensorFlow Lite into this folder.
let package = Package(
  name: "Tagger",
  platforms: [.iOS(.v15)],
  products: [.library(name: "Tagger", targets: ["Tagger"])],
  targets: [
    .binaryTarget(name: "TensorFlowLiteC", path: "Frameworks/TensorFlowLiteC.xcframework"),
    .target(name: "CLetterbox"),
    .target(
      name: "Tagger",
      dependencies: ["CLetterbox", "TensorFlowLiteC"],
      resources: [.copy("Model")],
      linkerSettings: [.linkedLibrary("c++")]
    ),
    .testTarget(name: "TaggerTests", dependencies: ["Tagger"], resources: [.copy("parity")]),
  ]
)
