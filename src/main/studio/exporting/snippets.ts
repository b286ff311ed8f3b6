/** What the sample code needs to know about a bundle. */
export interface BundleFacts {
  readonly runName: string;
  readonly projectName: string;
  readonly labels: readonly string[];
  /** The threshold k per label: it is present when q >= k. */
  readonly thresholds: readonly number[];
  readonly inputSize: number;
  readonly inputType: string;
  readonly outputType: string;
  readonly paddingColor: readonly number[];
}

export interface Snippets {
  readonly kotlin: string;
  readonly swift: string;
  readonly python: string;
}

/** Code to paste into an app, with this model's names and numbers. The bundle's docs explain each step. */
export const snippets = (facts: BundleFacts): Snippets => ({
  kotlin: kotlin(facts),
  swift: swift(facts),
  python: python(facts),
});

/** The first label and its threshold, as an example in a comment. */
function example({ labels, thresholds }: BundleFacts): string {
  const [label = '', k = 128] = [labels[0], thresholds[0]];
  return `${label.replaceAll(/[\r\n]/g, ' ')}: q >= ${k}`;
}

const head = ({ projectName, runName, labels, inputSize, inputType }: BundleFacts): string =>
  `${projectName}, ${runName}: ${labels.length} labels, ${inputSize} x ${inputSize}, ${inputType.toUpperCase()}`;

/** Expressions that turn an output value of each type into the code q, 0..255. */
const codeOf: Readonly<Record<string, { kotlin: string; swift: string; python: string }>> = {
  uint8: { kotlin: 'out[0][i].toInt() and 0xff', swift: 'Int(out[i])', python: 'int(out[i])' },
  int8: {
    kotlin: 'out[0][i].toInt() + 128',
    swift: 'Int(Int8(bitPattern: out[i])) + 128',
    python: 'int(out[i]) + 128',
  },
  float32: {
    kotlin: 'Math.round(out[0][i] * 256f)',
    swift: 'Int((out[i] * 256).rounded())',
    python: 'round(float(out[i]) * 256)',
  },
};

function kotlin(facts: BundleFacts): string {
  const { labels, inputSize, inputType, outputType, paddingColor } = facts;
  const pixels =
    inputType === 'float32'
      ? 'floats (pixel - 127) / 128'
      : inputType === 'int8'
        ? 'pixels minus 128'
        : 'pixels 0..255 as they are';
  const output = outputType === 'float32' ? `FloatArray(${labels.length})` : `ByteArray(${labels.length})`;
  return `// ${head(facts)}
val config = JSONObject(assets.open("inference_config.json").reader().readText())
val perClass = config.getJSONObject("thresholds").getJSONArray("perClass")
val model = Interpreter(FileUtil.loadMappedFile(context, "model_int8.tflite"))

// preprocess/letterbox.h through JNI: ${inputSize} px, padding ${paddingColor.join(', ')}
val input = Letterbox.rgb(bitmap, ${inputSize}) // direct ByteBuffer, ${pixels}
val out = Array(1) { ${output} }
model.run(input, out)

for (i in 0 until perClass.length()) {
  val rule = perClass.getJSONObject(i)
  val q = ${codeOf[outputType]?.kotlin ?? ''}
  if (q >= rule.getInt("k")) show(rule.getString("label"), q / 256f) // ${example(facts)}
}
`;
}

function swift(facts: BundleFacts): string {
  const { inputSize, inputType, outputType, paddingColor } = facts;
  const pixels =
    inputType === 'float32'
      ? 'Float32 (pixel - 127) / 128'
      : inputType === 'int8'
        ? 'pixels minus 128'
        : '[UInt8], RGB';
  const element = outputType === 'float32' ? 'Float32' : 'UInt8';
  return `// ${head(facts)}
// preprocess/letterbox.h goes into the bridging header; padding ${paddingColor.join(', ')}
let config = try JSONDecoder().decode(InferenceConfig.self, from: Data(contentsOf: configURL))
let model = try Interpreter(modelPath: modelURL.path)
try model.allocateTensors()

let pixels = letterboxed(image, size: ${inputSize}) // ${pixels}
try model.copy(Data(pixels), toInputAt: 0)
try model.invoke()
let out = try model.output(at: 0).data.withUnsafeBytes { Array($0.bindMemory(to: ${element}.self)) }

for (i, rule) in config.thresholds.perClass.enumerated() {
  let q = ${codeOf[outputType]?.swift ?? ''}
  if q >= rule.k { show(rule.label, Float(q) / 256) } // ${example(facts)}
}
`;
}

function python(facts: BundleFacts): string {
  const { inputSize, inputType, outputType } = facts;
  const feed =
    inputType === 'uint8'
      ? 'pixels'
      : inputType === 'int8'
        ? '(pixels.astype("int16") - 128).astype("int8")'
        : '(pixels.astype("float32") - 127) / 128';
  return `# ${head(facts)}
import json
from ai_edge_litert.interpreter import Interpreter

config = json.load(open("inference_config.json"))
model = Interpreter("model_int8.tflite")
model.allocate_tensors()

# pixels: uint8 [${inputSize}, ${inputSize}, 3], letterboxed as preprocess/letterbox.h does
model.set_tensor(model.get_input_details()[0]["index"], ${feed}[None])
model.invoke()
out = model.get_tensor(model.get_output_details()[0]["index"])[0]

for i, rule in enumerate(config["thresholds"]["perClass"]):
    q = ${codeOf[outputType]?.python ?? ''}
    if q >= rule["k"]:
        print(rule["label"], q / 256)  # ${example(facts)}
`;
}
