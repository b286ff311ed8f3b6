import { Option } from 'commander';
import type { Command } from 'commander';
import type { BundleCheck } from '../../pipeline/export/bundle/verifyBundle.ts';
import type { EvaluationResult } from '../../pipeline/stages/evaluate.ts';
import type { PredictionResult } from '../../pipeline/stages/predict.ts';
import { cacheFolder } from '../../studio/places.ts';
import { EXIT } from '../exitCodes.ts';
import { score, shortened, table } from '../format.ts';
import { perform } from '../jobs.ts';

export function addJudgingCommands(program: Command): void {
  program
    .command('eval')
    .description('judge the INT8 model of a run or a bundle on labelled photos')
    .argument('<model>', "a run's folder, a bundle's folder or its .zip")
    .option('--data <folder>', "a labelled folder; default: the run's own photos")
    .addOption(new Option('--split <split>', 'which list').choices(['train', 'val', 'test']).default('test'))
    .option('--json', 'one JSON object a line', false)
    .action(evaluate);
  program
    .command('predict')
    .description('scores and decisions for every image of a folder, as CSV on standard output')
    .argument('<folder>', 'images, in subfolders too')
    .requiredOption('--bundle <bundle>', "a bundle's folder or its .zip")
    .action(predict);
  program
    .command('verify')
    .description(
      'check a bundle: its files, the model, every text in it, and each step from its parity pictures to their decisions',
    )
    .argument('<bundle>', "a bundle's folder or its .zip")
    .option('--json', 'one JSON object a line', false)
    .action(verify);
}

async function evaluate(
  model: string,
  { data, split, json }: { data?: string; split: 'train' | 'val' | 'test'; json: boolean },
): Promise<void> {
  const result = await perform<EvaluationResult>(
    { type: 'evaluate', model, data: data ?? null, split, cacheFolder: cacheFolder() },
    json,
  );
  if (json) {
    process.stdout.write(`${JSON.stringify({ type: 'evaluation', ...result })}\n`);
    return;
  }
  const { report, labels, images } = result;
  const { low, high } = report.macroApInterval;
  process.stdout.write(
    `${split}: ${images} images, INT8 model\nmacro AP ${score(report.macroAp)} (95 % interval ${score(low)} to ${score(high)})${report.classesLeftOut === 0 ? '' : `; ${report.classesLeftOut} classes without an image are left out`}\n\n`,
  );
  const sets = [
    ['0.5', 'at 0.5'],
    ['global', 'one threshold'],
    ['per_class', 'one a class'],
  ] as const;
  process.stdout.write(
    `${table([
      ['thresholds', 'macro F1', 'micro F1', 'precision', 'recall', 'without label'],
      ...sets.map(([key, title]) => {
        const at = report.at[key];
        return [
          title,
          score(at.macroF1),
          score(at.microF1),
          score(at.microPrecision),
          score(at.microRecall),
          `${(at.noLabelRate * 100).toFixed(1)} %`,
        ];
      }),
    ])}\n\n`,
  );
  process.stdout.write(
    `${table([
      ['class', 'images', 'AP', 'precision', 'recall', 'F1'],
      ...labels.map((label, c) => {
        const at = report.at.per_class.perClass[c]!;
        return [
          shortened(label, 40),
          String(at.support),
          score(report.perClass[c]!.averagePrecision),
          score(at.precision),
          score(at.recall),
          score(at.f1),
        ];
      }),
    ])}\n`,
  );
}

async function predict(folder: string, { bundle }: { bundle: string }): Promise<void> {
  const { images, unreadable } = await perform<PredictionResult>({ type: 'predict', bundle, folder }, false, (text) =>
    process.stdout.write(text),
  );
  if (unreadable > 0)
    process.stderr.write(`${unreadable} of ${images} images could not be read: see the column 'error'.\n`);
}

async function verify(bundle: string, { json }: { json: boolean }): Promise<void> {
  const checks = await perform<BundleCheck[]>({ type: 'verify', bundle }, json);
  for (const { name, fault, note } of checks) {
    process.stdout.write(
      json
        ? `${JSON.stringify({ type: 'check', name, ok: fault === null, fault, note })}\n`
        : `${fault === null ? 'ok    ' : 'FAULT '} ${name}${fault === null ? '' : `: ${fault}`}\n${note === null ? '' : `       ${note}\n`}`,
    );
  }
  const faults = checks.filter(({ fault }) => fault !== null).length;
  if (!json)
    process.stdout.write(
      faults === 0
        ? '\nThe bundle is whole and gives the same results here.\n'
        : `\n${faults} of ${checks.length} checks failed: do not ship this bundle.\n`,
    );
  if (faults > 0) process.exitCode = EXIT.check;
}
