import type { Config } from '../../../shared/config.ts';
import { loadConfig } from '../../studio/config/loadConfig.ts';
import { holdsOnlyTheAnswer } from '../../studio/training/configChoices.ts';
import { hasPretrainedVariant, pretrainedConfig } from '../../studio/training/pretrainedPreset.ts';
import type { ConfigOptions } from './options.ts';
import { configSources } from './options.ts';
import type { StartOptions } from './startingWeights.ts';
import { firstWeights, weightsAtHand } from './startingWeights.ts';
import { t } from './wording.ts';

/** The preset of a project without settings of its own, as in the studio. */
const DEFAULT_PRESET = 'balanced';

interface Start {
  readonly preset: string | null;
  readonly config: Config;
}

/**
 * The settings of a new run. Presets start from pretrained weights, which are downloaded once if they are missing. Says
 * what the networks start from.
 */
export async function startingConfig(
  folder: string,
  options: ConfigOptions & StartOptions,
  say: (line: string) => void,
): Promise<Start> {
  const sources = await configSources(folder, options);
  const preset = options.preset ?? ((await hasOwnSettings(sources.file)) ? null : DEFAULT_PRESET);
  // Wrong settings are reported before anything is downloaded.
  const { config: fromScratch } = await loadConfig({ ...sources, preset });
  if (preset === null || options.fromScratch || !(await hasPretrainedVariant(preset)))
    return { preset, config: fromScratch };
  const ownWeights = fromScratch.student.weights !== null;
  if (!ownWeights && (await firstWeights(options, say)) === null) return { preset, config: fromScratch };
  const config = await pretrainedConfig({ ...sources, preset }, weightsAtHand);
  if (config === null) return { preset, config: fromScratch };
  const { architecture, input_size: size, weights } = config.teacher;
  if (weights !== null) say(t('cli.startsTeacher', { architecture, size, file: weights }));
  return { preset, config };
}

async function hasOwnSettings(file: string | null): Promise<boolean> {
  return file !== null && !holdsOnlyTheAnswer((await loadConfig({ file })).config);
}
