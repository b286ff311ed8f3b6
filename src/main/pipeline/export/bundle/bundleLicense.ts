import { readFile } from 'node:fs/promises';

const studioLicense = new URL('../../../../../LICENSE', import.meta.url);

/** LICENSE: what each part of a bundle is under. */
export async function bundleLicense(): Promise<Uint8Array> {
  const mit = await readFile(studioLicense, 'utf8');
  return Buffer.from(`The parts of this bundle are under different terms.

Model, labels, thresholds, metrics, model card and reports
(model_int8.tflite, labels.txt, *.json, MODEL_CARD.md, report*.html)
  Made by the person who trained the model; ask them for permission. Where training started from pretrained
  EfficientNet weights, these were published by Google under the Apache License 2.0
  (https://www.apache.org/licenses/LICENSE-2.0), which allows this use and asks for this notice.

Images of the person who trained the model (parity/images/own-*)
  Theirs, included only to check an app. Do not publish them without permission.

Code and drawn images (README.md, check.*, preprocess/, sample/, the rest of parity/)
  Under the MIT License below. letterbox.h follows the arithmetic of OpenCV's INTER_LINEAR_EXACT and copies no code.

${mit}`);
}
