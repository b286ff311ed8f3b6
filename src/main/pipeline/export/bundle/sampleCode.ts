import { readFile } from 'node:fs/promises';
import type { InferenceConfig } from './inferenceConfig.ts';
import { SAMPLE_FILES, USAGE_FILES } from './manifest.ts';
import type { BundleFile } from './writeBundle.ts';

const templates = new URL('../../../../../resources/', import.meta.url);

/**
 * Complete code for apps. It reads sizes, types, labels and thresholds from inference_config.json when it runs, so that
 * one text serves every model and can be compiled and tested as it is; only comments name this model.
 */
export const sampleCode = (config: InferenceConfig): Promise<BundleFile[]> =>
  Promise.all(SAMPLE_FILES.map(async (name) => ({ name, data: Buffer.from(await sampleText(name, config)) })));

/** The code that the export screen shows: the same texts as in the bundle. */
export async function usageCode(config: InferenceConfig): Promise<Record<keyof typeof USAGE_FILES, string>> {
  const [kotlin, swift, python] = await Promise.all([
    sampleText(USAGE_FILES.kotlin, config),
    sampleText(USAGE_FILES.swift, config),
    sampleText(USAGE_FILES.python, config),
  ]);
  return { kotlin, swift, python };
}

async function sampleText(name: string, config: InferenceConfig): Promise<string> {
  const text = await readFile(new URL(name, templates), 'utf8');
  // Functions, because a label can have the patterns of a replacement in it.
  return text.replaceAll('@facts@', () => facts(config)).replaceAll('@example@', () => example(config));
}

function facts({ model, labels, input, output }: InferenceConfig): string {
  const { name, inputSize } = model;
  return oneLine(`${name}: labels ${labels.length}, size ${inputSize} px, input ${input.type}, output ${output.type}`);
}

/** The first label and its threshold. */
function example({ thresholds }: InferenceConfig): string {
  const [first] = thresholds.perClass;
  return first === undefined ? '' : oneLine(`${first.label}: q >= ${first.k}`);
}

/** Keeps a text from leaving the comment that it stands in. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
