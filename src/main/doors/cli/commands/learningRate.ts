import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { LearningRateRange } from '../../../pipeline/tasks/learningRateRange.ts';
import { loadConfig } from '../../../studio/config/loadConfig.ts';
import { chooseEngine } from '../../../studio/engines/chooseEngine.ts';
import { cacheFolder, enginesFolder } from '../../../studio/state/places.ts';
import { perform } from '../jobs.ts';
import { table } from '../format.ts';
import type { ConfigOptions } from '../options.ts';
import { configOptions, configSources } from '../options.ts';
import { print } from '../output.ts';

interface Options extends ConfigOptions {
  readonly network: 'teacher' | 'student';
  readonly steps: number;
  readonly json: boolean;
}

export function addLearningRateCommand(program: Command): void {
  configOptions(
    program
      .command('lr-range')
      .description('find a learning rate: a few steps at rising rates, and what the loss says to each; keeps nothing')
      .argument('[folder]', 'the folder with train.txt, val.txt and test.txt', '.'),
  )
    .addOption(new Option('--network <which>', 'which network').choices(['teacher', 'student']).default('student'))
    .option('--steps <count>', 'steps between the lowest rate and the highest', steps, 100)
    .option('--json', 'one JSON object a line', false)
    .action(find);
}

function steps(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 10 || count > 1000)
    throw new InvalidArgumentError('a whole number from 10 to 1000.');
  return count;
}

async function find(folder: string, options: Options): Promise<void> {
  const { config } = await loadConfig(await configSources(folder, options));
  const found = await perform<LearningRateRange>(
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

const LINES = 24,
  BAR = 40;

/** The averaged loss over the rates, as bars. */
function describe({ network, points, suggested, stoppedEarly }: LearningRateRange): string {
  const every = Math.max(1, Math.ceil(points.length / LINES));
  const shown = points.filter((_, i) => i % every === 0 || i === points.length - 1);
  const losses = shown.map(({ smoothed }) => smoothed);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const bar = (loss: number): string =>
    '█'.repeat(high === low ? 1 : 1 + Math.round(((loss - low) / (high - low)) * (BAR - 1)));
  const rows = shown.map(({ learningRate, smoothed }) => [
    learningRate.toExponential(1),
    smoothed.toFixed(4),
    bar(smoothed).padEnd(BAR),
  ]);
  const end = stoppedEarly ? 'Beyond the last line the loss fell apart.' : 'The loss held up to the highest rate.';
  const advice =
    suggested === null
      ? `The loss never fell: more --steps, or look at the labels and the settings.`
      : `Suggested: ${network}.lr_finetune=${suggested} (where the loss falls fastest).`;
  return `${table([['rate', 'loss', ''], ...rows])}\n\n${end}\n${advice}`;
}
