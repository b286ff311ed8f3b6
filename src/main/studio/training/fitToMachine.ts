import type { Config } from '../../../shared/config.ts';
import { toProblemData } from '../../../shared/problem.ts';
import { totalSeconds } from '../../../shared/totalSeconds.ts';
import type { ImageCounts, Measurement } from './preflight.ts';
import { estimate } from './preflight.ts';

/** A run may take this long, in seconds: over lunch, or two runs in a working day. */
const BUDGET_SECONDS = 2 * 3600;
/** Epochs of fine-tuning that are tried, the same for both networks. */
const EPOCHS = [60, 40, 28, 20, 14, 10, 7, 5, 3, 2, 1];
/** More epochs than this are only worth their time where few images make few steps. */
const USUAL_MOST_EPOCHS = 20;
const FEW_STEPS = 1500;
/** A larger teacher is worth it only if there is time to fine-tune it this long. */
const ENOUGH_EPOCHS = 7;
const QAT_EPOCHS = 5;

export interface Fit {
  readonly config: Config;
  /** Estimate for the whole run. */
  readonly seconds: number;
}

/**
 * The first of the candidates, which differ in their teachers (the largest first, none last), with as many epochs as this
 * machine can do in about two hours. Later candidates are measured only if an earlier one is too slow or does not run.
 * Null if none runs.
 */
export async function fitToMachine(
  candidates: readonly Config[],
  images: ImageCounts,
  measure: (config: Config) => Promise<Measurement>,
): Promise<Fit | null> {
  let fitted: Fit | null = null;
  for (const candidate of candidates) {
    const speeds = await measuredOrNull(candidate, measure);
    if (speeds === null) continue;
    fitted = longestInBudget(candidate, images, speeds);
    if (fitted.config.student.epochs_finetune >= ENOUGH_EPOCHS) return fitted;
  }
  return fitted;
}

/** A candidate may need more memory than there is; a smaller teacher then takes its place. */
const measuredOrNull = (
  config: Config,
  measure: (config: Config) => Promise<Measurement>,
): Promise<Measurement | null> =>
  measure(config).catch((error: unknown) => {
    if (toProblemData(error).kind === 'cancelled') throw error;
    return null;
  });

function longestInBudget(config: Config, images: ImageCounts, speeds: Measurement): Fit {
  const steps = Math.max(1, Math.ceil(images.train / config.student.batch_size));
  const most = Math.max(USUAL_MOST_EPOCHS, Math.ceil(FEW_STEPS / steps));
  const fits = EPOCHS.filter((epochs) => epochs <= most).map((epochs): Fit => {
    const plan = withEpochs(config, epochs);
    const { stageSeconds } = estimate(plan, images, speeds);
    return { config: plan, seconds: totalSeconds(stageSeconds) };
  });
  return fits.find(({ seconds }) => seconds <= BUDGET_SECONDS) ?? fits.at(-1)!;
}

const withEpochs = (config: Config, epochs: number): Config => ({
  ...config,
  // A teacher that is not fine-tuned is there for comparison alone.
  teacher: { ...config.teacher, epochs_finetune: config.teacher.epochs_finetune === 0 ? 0 : epochs },
  student: { ...config.student, epochs_finetune: epochs },
  qat: { ...config.qat, epochs: Math.min(QAT_EPOCHS, epochs) },
});
