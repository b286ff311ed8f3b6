import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Document, isAlias, isMap, parseDocument } from 'yaml';
import type { Config, UnlabeledMeaning } from '../../../shared/config.ts';
import { Problem } from '../../../shared/problem.ts';
import { writeFileAtomic } from '../../pipeline/storage/atomicFile.ts';
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
  // A file that cannot be read as settings is refused here, with its line, before it is touched.
  if (exists) await loadConfig({ file });
  const document = exists ? parseDocument(await readFile(file, 'utf8')) : new Document({});
  if (!isMap(document.contents)) document.contents = document.createNode({}) as never;
  const section = document.get('data', true);
  if (isAlias(section))
    throw new Problem(
      'config',
      `${file} takes 'data' from an alias, which cannot be changed here. Write data.unlabeled: ${answer} there yourself.`,
    );
  if (!isMap(section)) document.set('data', document.createNode({}));
  document.setIn(['data', 'unlabeled'], answer);
  await writeFileAtomic(file, document.toString({ lineWidth: 0 }));
}
