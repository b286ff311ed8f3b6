import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { LearningRateRange } from '../../../pipeline/tasks/learningRateRange.ts';
import { loadConfig } from '../../../studio/config/loadConfig.ts';
import { chooseEngine } from '../../../studio/engines/chooseEngine.ts';
import { cacheFolder, enginesFolder } from '../../../studio/state/places.ts';
import { decimal, table } from '../format.ts';
import { runJob } from '../jobs.ts';
import type { ConfigOptions } from '../options.ts';
import { configOptions, configSources } from '../options.ts';
import { print } from '../output.ts';
import { t } from '../wording.ts';

interface Options extends ConfigOptions {
  readonly network: 'teacher' | 'student';
  readonly steps: number;
  readonly json: boolean;
}

export function addLearningRateCommand(program: Command): void {
  configOptions(
    program.command('lr-range').description(t('cli.rateRange')).argument('[folder]', t('cli.argumentFolder'), '.'),
  )
    .addOption(new Option('--network <which>', t('cli.rateNetwork')).choices(['teacher', 'student']).default('student'))
    .option('--steps <count>', t('cli.rateSteps'), stepCount, 100)
    .option('--json', t('cli.optionJson'), false)
    .action(find);
}

function stepCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 10 || count > 1000) throw new InvalidArgumentError(t('cli.rateStepsRange'));
  return count;
}

async function find(folder: string, options: Options): Promise<void> {
  const { config } = await loadConfig(await configSources(folder, options));
  const found = await runJob<LearningRateRange>(
    {
      type: 'learningRateRange',
      project: folder,
      config,
      network: options.network,
      steps: options.steps,
      cacheFolder: cacheFolder(),
      engine: (await chooseEngine(config)).name,
      enginesFolder: enginesFolder(),
    },
    options.json,
  );
  print(options.json ? `${JSON.stringify({ type: 'learningRateRange', ...found })}\n` : `${describe(found)}\n`);
}

const LINES = 24;
const BAR = 40;

/** The averaged loss at each rate, as bars. */
function describe({ network, points, suggested, stoppedEarly }: LearningRateRange): string {
  const every = Math.max(1, Math.ceil(points.length / LINES));
  const shown = points.filter((_, i) => i % every === 0 || i === points.length - 1);
  const losses = shown.map(({ smoothed }) => smoothed);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const bar = (loss: number): string =>
    '█'.repeat(high === low ? 1 : 1 + Math.round(((loss - low) / (high - low)) * (BAR - 1)));
  const rows = shown.map(({ learningRate, smoothed }) => [
    learningRate.toExponential(1),
    decimal(smoothed, 4),
    bar(smoothed).padEnd(BAR),
  ]);
  const advice =
    suggested === null
      ? t('cli.rateNone')
      : t('cli.rateSuggested', { setting: `${network}.lr_finetune`, rate: String(suggested) });
  return [
    table([[t('cli.columnRate'), t('cli.columnLoss'), ''], ...rows]),
    '',
    stoppedEarly ? t('cli.rateDiverged') : t('cli.rateHeld'),
    advice,
  ].join('\n');
}
