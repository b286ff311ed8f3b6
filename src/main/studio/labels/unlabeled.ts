import { existsSync } from 'node:fs';
import { Document, isMap, parseDocument } from 'yaml';
import type { Config, UnlabeledMeaning } from '../../../shared/config.ts';
import { writeFileAtomic } from '../../pipeline/storage/atomicFile.ts';
import { readRegularText } from '../../pipeline/storage/regularFile.ts';
import { loadConfig } from '../config/loadConfig.ts';
import { projectConfigFile } from '../state/places.ts';

/** What the project says its unlabeled images mean; 'ask' when nobody has answered. */
export async function unlabeledAnswer(folder: string): Promise<UnlabeledMeaning> {
  const file = projectConfigFile(folder);
  return existsSync(file) ? (await loadConfig({ file })).config.data.unlabeled : 'ask';
}

/** The answer belongs to the photos, not to a preset: settings that do not answer take the project's answer. */
export async function withUnlabeledAnswer(config: Config, folder: string): Promise<Config> {
  if (config.data.unlabeled !== 'ask') return config;
  return { ...config, data: { ...config.data, unlabeled: await unlabeledAnswer(folder) } };
}

/** Writes the answer into destila.yaml and leaves the rest of the file, comments included, as it is. */
export async function rememberUnlabeled(folder: string, answer: UnlabeledMeaning): Promise<void> {
  const file = projectConfigFile(folder);
  const exists = existsSync(file);
  // A file that cannot be read as settings, or holds an alias, is refused here with its line, before it is touched.
  if (exists) await loadConfig({ file });
  const document = exists ? parseDocument(await readRegularText(file)) : new Document({});
  if (!isMap(document.contents)) document.contents = document.createNode({}) as never;
  if (!isMap(document.get('data', true))) document.set('data', document.createNode({}));
  document.setIn(['data', 'unlabeled'], answer);
  await writeFileAtomic(file, document.toString({ lineWidth: 0 }));
}
