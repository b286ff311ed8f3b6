import { access } from 'node:fs/promises';
import type { Command } from 'commander';
import { projectConfigFile } from '../../studio/state/places.ts';

/** Where settings come from, in rising order: defaults, preset, file, --set. */
export interface ConfigOptions {
  readonly config?: string;
  readonly preset?: string;
  readonly set: readonly string[];
}

const collect = (value: string, previous: readonly string[]): string[] => [...previous, value];

export function configOptions(command: Command): Command {
  return command
    .option('--config <file>', 'settings in YAML; default: destila.yaml in the project, if it is there')
    .option('--preset <name>', 'settings for a purpose: demo, grocery-96, ...')
    .option('--set <key=value>', 'one setting, for example teacher.epochs_head=3; can be given often', collect, []);
}

/** What loadConfig wants; a project's own destila.yaml counts unless a file is named. */
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
