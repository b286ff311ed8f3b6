import { existsSync } from 'node:fs';
import { Document, isMap, parseDocument } from 'yaml';
import type { Config, UnlabeledMeaning } from '../../../shared/config.ts';
import { writeFileAtomic } from '../../pipeline/storage/atomicFile.ts';
import { readRegularText } from '../../pipeline/storage/regularFile.ts';
import { loadConfig } from '../config/loadConfig.ts';
import { projectConfigFile } from '../state/places.ts';

/** Returns what unlabeled images mean in this project; 'ask' when nobody has answered yet. */
export async function unlabeledAnswer(folder: string): Promise<UnlabeledMeaning> {
  const file = projectConfigFile(folder);
  return existsSync(file) ? (await loadConfig({ file })).config.data.unlabeled : 'ask';
}

/** Adds the project's answer to settings without one, because the answer depends on the images, not on a preset. */
export async function withUnlabeledAnswer(config: Config, folder: string): Promise<Config> {
  if (config.data.unlabeled !== 'ask') return config;
  return { ...config, data: { ...config.data, unlabeled: await unlabeledAnswer(folder) } };
}

/** Writes the answer into destila.yaml and keeps the rest of the file, including comments. */
export async function rememberUnlabeled(folder: string, answer: UnlabeledMeaning): Promise<void> {
  const file = projectConfigFile(folder);
  const exists = existsSync(file);
  // This refuses invalid settings and aliases, with their line, before the file is changed.
  if (exists) await loadConfig({ file });
  const document = exists ? parseDocument(await readRegularText(file)) : new Document({});
  if (!isMap(document.contents)) document.contents = document.createNode({});
  if (!isMap(document.get('data', true))) document.set('data', document.createNode({}));
  document.setIn(['data', 'unlabeled'], answer);
  await writeFileAtomic(file, document.toString({ lineWidth: 0 }));
}
