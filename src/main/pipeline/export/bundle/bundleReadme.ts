import type { MetricsReport } from '../../eval/metricsReport.ts';
import { cardFigures } from '../../report/modelCard.ts';
import type { TfliteSummary } from '../../tflite/io.ts';
import type { InferenceConfig } from './inferenceConfig.ts';
import * as manifest from './manifest.ts';
import type { ParityIndex } from './parityIndex.ts';

export interface ReadmeFacts {
  readonly config: InferenceConfig;
  readonly metrics: MetricsReport;
  readonly model: TfliteSummary;
  /** Of the model file. */
  readonly bytes: number;
  readonly parity: Pick<ParityIndex, 'items' | 'measured'>;
}

const MOST_LABELS = 12;

/** README.md: one page for the developer of an app, with this model's own numbers. */
export function bundleReadme({ config, metrics, model, bytes, parity }: ReadmeFacts): string {
  const { architecture, inputSize, sha256, name } = config.model;
  const [r, g, b] = config.preprocessing.letterbox.paddingColor;
  const labels = config.labels.map((label) => `\`${label.replaceAll(/[`\r\n]/g, ' ')}\``);
  const shown = labels.slice(0, MOST_LABELS).join(', ') + (labels.length > MOST_LABELS ? ', …' : '');
  const { quality } = cardFigures(metrics, {
    architecture: manifest.architectureIn(model.description),
    inputSize,
    bytes,
    sha256,
  });
  const cases = parity.items.length;
  return `# ${name}: which of ${labels.length} labels does an image have?

${architecture}, ${inputSize} x ${inputSize} pixels, input ${config.input.type}, output ${config.output.type}, ${(bytes / 1e6).toFixed(1)} MB. Labels: ${shown}.

**For**: images like those it was trained on (see MODEL_CARD.md). Each label is decided on its own; none or several can be present.
**Not for**: other labels, other kinds of images, where things are in an image, or decisions about people without a check by a person.

${quality === '' ? 'MODEL_CARD.md has the figures on test.' : quality.trim()}

## Five steps

1. **Decode** the file to 8-bit sRGB: turn it upright (EXIF), convert its color profile, composite transparency over (${r}, ${g}, ${b}).
2. **Letterbox** it to ${inputSize} x ${inputSize}: keep the aspect ratio, center it, pad with (${r}, ${g}, ${b}). \`preprocess/letterbox.h\` gives the exact bytes.
3. **Feed** RGB, interleaved (NHWC): ${config.input.value}.
4. **Read** one number per label, in the order of labels.txt: ${config.output.code}; the score is q / 256.
5. **Decide**: a label is present when q >= k, with its own k from inference_config.json. No softmax, no 0.5.

\`sample/\` has these steps for Android, iOS and Python.

## Three pitfalls

- OpenCV decodes to BGR and drops transparency and color profiles; phones write Display P3 and EXIF 6.
- Resizing with antialiasing, stretching or cropping gives other scores, often without an obvious error.
- Bytes are signed in Java and Kotlin: \`output[i].toInt() and 0xff\`. Keep the .tflite uncompressed in an Android package.

## Check your app: you are done when ${cases} of ${cases} parity cases pass

\`\`\`
pip install numpy pillow ai-edge-litert && python check.py     # this computer
python check.py --app results/                                 # files that your app wrote
npm install @litertjs/core && node check.mjs --app results/    # the same with Node
\`\`\`

For each case your app writes \`<case>.pixels\`, \`.input\`, \`.output\` (raw bytes) and \`.labels\` (one per line). The first step that differs is named with its likely cause.

## Which runtime gives which numbers

| runtime | kernels | codes |
| --- | --- | --- |
| LiteRT 1.0 to 2.3, MediaPipe 1.2, Task Library 0.4, LiteRT.js 2.5 | XNNPACK | \`codes\` in parity/index.json, bit for bit |
| tflite-runtime 2.14; any runtime without a delegate | built-in | ${kernelFigures(parity, 'builtin')} |
| TensorFlow Lite Micro; reference kernels | reference | ${kernelFigures(parity, 'reference')} |
| GPU, NPU | their own | not tested; allow 2 codes and check the decisions |

Tested on x86-64 Linux; on phones not tested.${mediaPipe(config)}

## License and contact

LICENSE names what each part is under. Ask whoever gave you this bundle; name the model by its SHA-256, \`${sha256.slice(0, 16)}\`.
`;
}

/** The figures differ from XNNPACK's. */
function kernelFigures({ measured }: ReadmeFacts['parity'], family: 'builtin' | 'reference'): string {
  const codes = `\`otherKernels.${family}\`, bit for bit`;
  if (measured === null) return codes;
  const { worst, differingPerThousand, flipsPerThousand } = measured[family];
  return `${codes}; on ${measured.images} images ${differingPerThousand} of 1,000 codes differ from XNNPACK's, by ${worst} at most, and ${flipsPerThousand} of 1,000 decisions`;
}

const mediaPipe = ({ input, output }: InferenceConfig): string =>
  input.type === 'int8' || output.type === 'int8'
    ? ' MediaPipe and the Task Library refuse int8 input and output: export with uint8 for them.'
    : ' MediaPipe and the Task Library accept this file; give them the letterboxed square.';
