import type { Config } from '../../../shared/config.ts';
import { configSchema } from '../../../shared/config.ts';
import { FITTED_PRESET } from '../../../shared/fittedPreset.ts';
import { readDataset } from '../../pipeline/data/readDataset.ts';
import type { ConfigSources } from '../../studio/config/loadConfig.ts';
import { loadConfig } from '../../studio/config/loadConfig.ts';
import { holdsOnlyTheAnswer } from '../../studio/training/configChoices.ts';
import type { Fit } from '../../studio/training/fitToMachine.ts';
import { fitToMachine } from '../../studio/training/fitToMachine.ts';
import type { Measurement } from '../../studio/training/preflight.ts';
import { measureOnce } from '../../studio/training/preflight.ts';
import { hasPretrainedVariant, pretrainedConfig, teacherCandidates } from '../../studio/training/pretrainedPreset.ts';
import { duration } from './format.ts';
import type { ConfigOptions } from './options.ts';
import { configSources } from './options.ts';
import { clearStatus, showStatus } from './output.ts';
import type { StartOptions } from './startingWeights.ts';
import { firstWeights, weightsAtHand } from './startingWeights.ts';
import { t } from './wording.ts';

type Measure = (asked: { config: Config; classes: number }) => Promise<Measurement>;

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
  measure: Measure = measureOnce,
): Promise<Start> {
  const sources = await configSources(folder, options);
  const preset = options.preset ?? ((await hasOwnSettings(sources.file)) ? null : FITTED_PRESET);
  // Wrong settings are reported before anything is downloaded.
  const { config: fromScratch } = await loadConfig({ ...sources, preset });
  if (preset === null || options.fromScratch || !(await hasPretrainedVariant(preset)))
    return { preset, config: fromScratch };
  const ownWeights = fromScratch.student.weights !== null;
  if (!ownWeights && (await firstWeights(options, say)) === null) return { preset, config: fromScratch };
  const pretrained = await pretrainedConfig({ ...sources, preset }, weightsAtHand);
  if (pretrained === null) return { preset, config: fromScratch };
  const fitted = preset === FITTED_PRESET ? await fit(folder, pretrained, sources, measure) : null;
  // Settings that are named win over the fitted ones. The preset's own are for training from scratch.
  const config =
    fitted === null ? pretrained : (await loadConfig({ ...sources, preset: null, base: fitted.config })).config;
  const { architecture, input_size: size, weights } = config.teacher;
  if (config.student.alpha === 1) say(t('cli.startsNoTeacher'));
  else if (weights !== null) say(t('cli.startsTeacher', { architecture, size, file: weights }));
  if (fitted !== null)
    say(t('cli.startsFitted', { epochs: config.student.epochs_finetune, time: duration(fitted.seconds) }));
  return { preset, config };
}

async function fit(folder: string, config: Config, sources: ConfigSources, measure: Measure): Promise<Fit | null> {
  const { dataset } = await readDataset(folder, config.data, {
    leaveOutUnlabeled: config.data.unlabeled === 'not_labeled_yet',
  });
  const { train, val, test } = dataset.splits;
  const candidates = (await namesTeacher(sources)) ? [config] : await teacherCandidates(config, weightsAtHand);
  if (process.stderr.isTTY) showStatus(t('cli.startsMeasuring'));
  try {
    return await fitToMachine(candidates, { train: train.length, val: val.length, test: test.length }, (candidate) =>
      measure({ config: candidate, classes: dataset.vocabulary.length }),
    );
  } finally {
    clearStatus();
  }
}

/** Whether a file or --set chooses the teacher: then what is below these settings makes no difference. */
async function namesTeacher({ file, overrides }: ConfigSources): Promise<boolean> {
  const over = async (teacher: Partial<Config['teacher']>): Promise<Config['teacher']> => {
    const defaults = configSchema.parse({});
    const base = { ...defaults, teacher: { ...defaults.teacher, ...teacher } };
    return (await loadConfig({ base, file, overrides })).config.teacher;
  };
  const one = await over({ architecture: 'efficientnet-b1', input_size: 32, weights: 'one' });
  const other = await over({ architecture: 'efficientnet-b2', input_size: 64, weights: 'other' });
  return (['architecture', 'input_size', 'weights'] as const).some((key) => one[key] === other[key]);
}

async function hasOwnSettings(file: string | null): Promise<boolean> {
  return file !== null && !holdsOnlyTheAnswer((await loadConfig({ file })).config);
}
