#!/bin/sh
# Puts the model, letterbox.h, parity/ and TensorFlow Lite where Package.swift expects them.
# Usage, on a Mac: ./prepare.sh [folder of the bundle]
set -eu
cd "$(dirname "$0")"
bundle=${1:-../..}
version=TensorFlowLiteC-2.17.0
url=https://dl.google.com/tflite-release/ios/prod/tensorflow/lite/release/ios/release/32/20240729-115310/TensorFlowLiteC/2.17.0/0c10b3543e01f547/$version.tar.gz
sha256=9667b476015f136e5b332ce040e12822c4ac6d5c58947882ddc809cdff0fb99e

mkdir -p Sources/Tagger/Model Frameworks
cp "$bundle/model_int8.tflite" "$bundle/inference_config.json" Sources/Tagger/Model/
cp "$bundle/preprocess/letterbox.h" Sources/CLetterbox/include/
rm -rf Tests/TaggerTests/parity
cp -R "$bundle/parity" Tests/TaggerTests/parity

if [ ! -d Frameworks/TensorFlowLiteC.xcframework ]; then
  curl --fail --location --output "Frameworks/$version.tar.gz" "$url"
  echo "$sha256  Frameworks/$version.tar.gz" | shasum -a 256 --check
  tar -xzf "Frameworks/$version.tar.gz" -C Frameworks
  mv "Frameworks/$version/Frameworks/TensorFlowLiteC.xcframework" Frameworks/
  rm -r "Frameworks/$version" "Frameworks/$version.tar.gz"
fi
