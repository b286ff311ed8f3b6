import { access } from 'node:fs/promises';
import type { Command } from 'commander';
import { projectConfigFile } from '../../studio/state/places.ts';
import { t } from './wording.ts';

/** Sources of settings besides the defaults, in ascending priority: preset, file, --set. */
export interface ConfigOptions {
  readonly config?: string;
  readonly preset?: string;
  readonly set: readonly string[];
}

/** Collects the values of an option that can be repeated. */
export const collect = (value: string, previous: readonly string[]): string[] => [...previous, value];

export function configOptions(command: Command): Command {
  return command
    .option('--config <file>', t('cli.optionConfig'))
    .option('--preset <name>', t('cli.optionPreset'))
    .option('--set <key=value>', t('cli.optionSet'), collect, []);
}

/** The input of `loadConfig`. A project's own destila.yaml is used unless another file is named. */
export async function configSources(
  project: string,
  { config, preset, set }: ConfigOptions,
): Promise<{ preset: string | null; file: string | null; overrides: readonly string[] }> {
  const own = projectConfigFile(project);
  const file =
    config ??
    (await access(own).then(
      () => own,
      () => null,
    ));
  return { preset: preset ?? null, file, overrides: set };
}
