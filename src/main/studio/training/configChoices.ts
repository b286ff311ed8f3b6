import { existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { stringify } from 'yaml';
import type { Config, UnlabeledMeaning } from '../../../shared/config.ts';
import { configSchema } from '../../../shared/config.ts';
import type { ConfigChoices } from '../../../shared/contract/runs.ts';
import { writeFileAtomic } from '../../pipeline/storage/atomicFile.ts';
import { loadConfig } from '../config/loadConfig.ts';
import { projectConfigFile } from '../state/places.ts';
import type { WeightsAtHand } from './pretrainedPreset.ts';
import { pretrainedPreset } from './pretrainedPreset.ts';

/** Presets on the Train screen, in this order. The others are for benchmarks and the command line. */
const offered = ['fast', 'balanced', 'best'];

export async function configChoices(folder: string, atHand: WeightsAtHand): Promise<ConfigChoices> {
  const file = projectConfigFile(folder);
  const own = await access(file).then(
    () => true,
    () => false,
  );
  const names = [...offered, 'demo'];
  const written = own ? (await loadConfig({ file })).config : null;
  const answer = written?.data.unlabeled ?? 'ask';
  return {
    defaults: withAnswer(configSchema.parse({}), answer),
    presets: await Promise.all(
      names.map(async (name) => {
        const pretrained = await pretrainedPreset(name, atHand);
        return {
          name,
          config: withAnswer((await loadConfig({ preset: name })).config, answer),
          pretrained: pretrained === null ? null : withAnswer(pretrained, answer),
        };
      }),
    ),
    own: written === null || holdsOnlyTheAnswer(written) ? null : written,
    file,
  };
}

/** The settings in a project's destila.yaml, merged over the defaults. */
export async function projectConfig(folder: string): Promise<Config> {
  const file = projectConfigFile(folder);
  return (await loadConfig({ file: existsSync(file) ? file : null })).config;
}

/** The answer about images without labels belongs to the project, so every preset takes it over. */
const withAnswer = (config: Config, unlabeled: UnlabeledMeaning): Config => ({
  ...config,
  data: { ...config.data, unlabeled },
});

/** A destila.yaml that was only written to remember the answer does not count as the project's own settings. */
export const holdsOnlyTheAnswer = (config: Config): boolean =>
  Object.keys(differences(configSchema.parse({}), withAnswer(config, 'ask'))).length === 0;

/** Writes only what differs from the defaults, so that better defaults of a later version take effect. */
export async function saveConfig(folder: string, config: Config): Promise<void> {
  await writeFileAtomic(projectConfigFile(folder), stringify(differences(configSchema.parse({}), config)));
}

function differences(base: object, value: object): Record<string, unknown> {
  const from = base as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, own]) => {
      const other = from[key];
      if (isPlain(own) && isPlain(other)) {
        const inner = differences(other, own);
        return Object.keys(inner).length === 0 ? [] : [[key, inner]];
      }
      return JSON.stringify(own) === JSON.stringify(other) ? [] : [[key, own]];
    }),
  );
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
