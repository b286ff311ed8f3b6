import type { Litert } from '../../tflite/litert.ts';
import { otherCauses, pixelCauses } from './causes.ts';
import type { ParityContext, ParityIndex } from './parityIndex.ts';
import type { MistakeSamples } from './parityMistakes.ts';

/**
 * parity/cases.txt: what the check programs of a bundle need, one fact per line, so that the one in C needs no JSON
 * parser. The same facts are in inference_config.json and parity/index.json.
 */
export function parityCases(
  { items }: Pick<ParityIndex, 'items'>,
  samples: readonly (MistakeSamples | null)[],
  {
    inputSize,
    paddingColor,
    labels,
    ks,
    globalK,
    litert,
  }: Pick<ParityContext, 'inputSize' | 'paddingColor' | 'labels' | 'ks' | 'globalK'> & {
    readonly litert: Pick<Litert, 'inputType' | 'outputType'>;
  },
): string {
  const lines = [
    'format 1',
    `size ${inputSize}`,
    `padding ${paddingColor.join(' ')}`,
    `input ${litert.inputType}`,
    `output ${litert.outputType}`,
    `global ${globalK}`,
    ...labels.map((label, c) => `label ${ks[c]} ${label.replaceAll(/[\r\n]/g, ' ')}`),
    ...Object.entries({ ...pixelCauses, ...otherCauses }).map(
      ([cause, [step, text]]) => `cause ${cause} ${step.replaceAll(' ', '-')} ${text}`,
    ),
  ];
  for (const [i, item] of items.entries()) {
    lines.push(`case ${item.name} ${item.tolerance} ${item.image}`, `codes xnnpack ${item.codes.join(' ')}`);
    if (item.otherKernels !== null)
      lines.push(
        `codes builtin ${item.otherKernels.builtin.codes.join(' ')}`,
        `codes reference ${item.otherKernels.reference.codes.join(' ')}`,
      );
    const known = samples[i];
    if (known === null || known === undefined) continue;
    lines.push(`points ${known.points.join(' ')}`);
    for (const { cause, values } of known.samples) lines.push(`wrong ${cause} ${Buffer.from(values).toString('hex')}`);
  }
  return `${lines.join('\n')}\n`;
}
