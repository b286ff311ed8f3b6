import { INPUT_MEAN, INPUT_STD } from '../../tflite/metadata.ts';
import type { IoType } from '../../tflite/metadata.ts';
import type { InferenceConfig } from './inferenceConfig.ts';
import type { BundleFile } from './writeBundle.ts';

/**
 * Complete sample code for an app, with this model's sizes and types. It reads labels and thresholds from
 * inference_config.json, so that a new export needs no new code.
 */
export function sampleCode(config: InferenceConfig): BundleFile[] {
  const file = (name: string, text: string): BundleFile => ({ name: `sample/${name}`, data: Buffer.from(text) });
  return [
    file('android/Tagger.kt', kotlin(config)),
    file('ios/Tagger.swift', swift(config)),
    file('python/tagger.py', python(config)),
  ];
}

const typesOf = ({ input, output }: InferenceConfig): { input: IoType; output: IoType } => ({
  input: input.type,
  output: output.type,
});

function kotlin(config: InferenceConfig): string {
  const { input, output } = typesOf(config);
  const [classes, size] = [config.labels.length, config.model.inputSize];
  const feed = {
    uint8: 'input.put(pixels)',
    int8: 'for (p in pixels) input.put(((p.toInt() and 0xff) - 128).toByte())',
    float32: `for (p in pixels) input.putFloat(((p.toInt() and 0xff) - ${INPUT_MEAN}) / ${INPUT_STD}f)`,
  }[input];
  const code = {
    uint8: 'output[0][i].toInt() and 0xff',
    int8: 'output[0][i].toInt() + 128',
    float32: 'Math.round(output[0][i] * 256f)',
  }[output];
  return `// Android, LiteRT. Gradle: implementation("com.google.ai.edge.litert:litert:1.0.1")
// Set androidResources { noCompress += "tflite" } and copy model_int8.tflite and inference_config.json to assets/.
import android.content.Context
import com.google.ai.edge.litert.Interpreter
import java.io.FileInputStream
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.channels.FileChannel
import org.json.JSONObject

/** A label that is present, with its score q / 256. */
data class Tag(val label: String, val score: Float)

class Tagger(context: Context) {
  private val labels: List<String>
  private val thresholds: List<Int>
  private val interpreter: Interpreter

  init {
    val config = JSONObject(context.assets.open("inference_config.json").bufferedReader().readText())
    val perClass = config.getJSONObject("thresholds").getJSONArray("perClass")
    labels = List(perClass.length()) { perClass.getJSONObject(it).getString("label") }
    thresholds = List(perClass.length()) { perClass.getJSONObject(it).getInt("k") }
    val model = context.assets.openFd("model_int8.tflite").use { file ->
      val channel = FileInputStream(file.fileDescriptor).channel
      channel.map(FileChannel.MapMode.READ_ONLY, file.startOffset, file.declaredLength)
    }
    interpreter = Interpreter(model)
  }

  /** Labels of an image given as upright sRGB pixels, 3 bytes each, row by row. */
  fun tags(rgb: ByteArray, width: Int, height: Int): List<Tag> {
    val pixels = letterbox(rgb, width, height)
    val input = ByteBuffer.allocateDirect(SIZE * SIZE * 3${input === 'float32' ? ' * 4' : ''}).order(ByteOrder.nativeOrder())
    ${feed}
    input.rewind()
    val output = Array(1) { ${output === 'float32' ? 'FloatArray' : 'ByteArray'}(${classes}) }
    interpreter.run(input, output)
    return labels.indices.mapNotNull { i ->
      val q = ${code}
      if (q >= thresholds[i]) Tag(labels[i], q / 256f) else null
    }
  }

  /**
   * Calls preprocess/letterbox.h through JNI: uint8 RGB [SIZE, SIZE, 3], padding
   * ${config.preprocessing.letterbox.paddingColor.join(', ')}. It must throw where letterbox() in C returns -1, because
   * the image has no pixels.
   */
  private external fun letterbox(rgb: ByteArray, width: Int, height: Int, size: Int = SIZE): ByteArray

  private companion object {
    const val SIZE = ${size}
    init { System.loadLibrary("letterbox") }
  }
}
`;
}

function swift(config: InferenceConfig): string {
  const { input, output } = typesOf(config);
  const size = config.model.inputSize;
  const feed = {
    uint8: 'Data(pixels)',
    int8: 'Data(pixels.map { $0 ^ 0x80 }) // pixels minus 128',
    float32: `pixels.map { (Float32($0) - ${INPUT_MEAN}) / ${INPUT_STD} }.withUnsafeBytes { Data($0) }`,
  }[input];
  const code = {
    uint8: 'data.map(Int.init)',
    int8: 'data.map { Int(Int8(bitPattern: $0)) + 128 }',
    float32: 'data.withUnsafeBytes { $0.bindMemory(to: Float32.self).map { Int(($0 * 256).rounded()) } }',
  }[output];
  return `// iOS, TensorFlowLiteSwift. Include preprocess/letterbox.h in the bridging header, and add model_int8.tflite and
// inference_config.json to the app.
import Foundation
import TensorFlowLite

struct InferenceConfig: Decodable {
  struct Thresholds: Decodable {
    struct Rule: Decodable { let label: String; let k: Int }
    let perClass: [Rule]
  }
  let thresholds: Thresholds
}

/// A label that is present, with its score q / 256.
struct Tag { let label: String; let score: Float }

final class Tagger {
  private let size = ${size}
  private let padding: [UInt8] = [${config.preprocessing.letterbox.paddingColor.join(', ')}]
  private let rules: [InferenceConfig.Thresholds.Rule]
  private let interpreter: Interpreter

  init(bundle: Bundle = .main) throws {
    let file = bundle.url(forResource: "inference_config", withExtension: "json")!
    rules = try JSONDecoder().decode(InferenceConfig.self, from: Data(contentsOf: file)).thresholds.perClass
    interpreter = try Interpreter(modelPath: bundle.path(forResource: "model_int8", ofType: "tflite")!)
    try interpreter.allocateTensors()
  }

  /// Labels of an image given as upright sRGB pixels, 3 bytes each, row by row.
  func tags(rgb: [UInt8], width: Int, height: Int) throws -> [Tag] {
    var pixels = [UInt8](repeating: 0, count: size * size * 3)
    var scratch = [Int32](repeating: 0, count: size * 10) // LETTERBOX_SCRATCH(size)
    let done = letterbox(rgb, Int32(width), Int32(height), Int32(size), padding, &pixels, &scratch)
    guard done == 0 else { return [] } // the image has no pixels
    try interpreter.copy(${feed}, toInputAt: 0)
    try interpreter.invoke()
    let data = try interpreter.output(at: 0).data
    let codes = ${code}
    return zip(rules, codes).filter { $0.k <= $1 }.map { Tag(label: $0.label, score: Float($1) / 256) }
  }
}
`;
}

function python(config: InferenceConfig): string {
  const { input, output } = typesOf(config);
  const size = config.model.inputSize;
  const feed = {
    uint8: 'pixels',
    int8: '(pixels.astype(np.int16) - 128).astype(np.int8)',
    float32: `((pixels.astype(np.float32) - ${INPUT_MEAN}) / ${INPUT_STD})`,
  }[input];
  const code = {
    uint8: 'output.astype(int)',
    int8: 'output.astype(int) + 128',
    float32: 'np.rint(output * 256).astype(int)',
  }[output];
  return `"""Prints the labels of images.

pip install ai-edge-litert opencv-python-headless
python tagger.py image.jpg ...
"""
import json
import sys
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter

BUNDLE = Path(__file__).resolve().parents[2]
SIZE = ${size}
PADDING = (${config.preprocessing.letterbox.paddingColor.join(', ')})


def letterbox(rgb):
    """Fits uint8 RGB [H, W, 3] into [SIZE, SIZE, 3]; gives the same bytes as preprocess/letterbox.h."""
    height, width = rgb.shape[:2]
    if min(width, height) < 1:
        raise ValueError("The image has no pixels.")
    longer = max(width, height)
    new_width, new_height = (max(1, (2 * side * SIZE + longer) // (2 * longer)) for side in (width, height))
    left, top = (SIZE - new_width) // 2, (SIZE - new_height) // 2
    out = np.empty((SIZE, SIZE, 3), np.uint8)
    out[:] = PADDING
    fitted = cv2.resize(rgb, (new_width, new_height), interpolation=cv2.INTER_LINEAR_EXACT)
    out[top:top + new_height, left:left + new_width] = fitted
    return out


class Tagger:
    def __init__(self, bundle=BUNDLE):
        config = json.loads((bundle / "inference_config.json").read_text("utf-8"))
        self.rules = config["thresholds"]["perClass"]
        self.model = Interpreter(str(bundle / "model_int8.tflite"))
        self.model.allocate_tensors()
        self.input = self.model.get_input_details()[0]["index"]
        self.output = self.model.get_output_details()[0]["index"]

    def codes(self, pixels):
        """The code q of each label for letterboxed pixels; the score is q / 256."""
        self.model.set_tensor(self.input, ${feed}[None])
        self.model.invoke()
        output = self.model.get_tensor(self.output)[0]
        return ${code}

    def tags(self, rgb):
        """The labels that are present, with their scores."""
        return [(rule["label"], q / 256) for rule, q in zip(self.rules, self.codes(letterbox(rgb))) if q >= rule["k"]]


if __name__ == "__main__":
    tagger = Tagger()
    for name in sys.argv[1:]:
        # OpenCV applies the EXIF orientation; its channel order is BGR.
        decoded = cv2.imread(name, cv2.IMREAD_COLOR)
        if decoded is None:
            print(name, "cannot be decoded", file=sys.stderr)
            continue
        image = cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB)
        print(name, *(f"{label}={score:.3f}" for label, score in tagger.tags(image)))
`;
}
