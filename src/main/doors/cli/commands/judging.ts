import { Option } from 'commander';
import { translator } from '../../../../shared/locales/translate.ts';
import type { Command } from 'commander';
import { message } from '../../../../shared/message.ts';
import type { ModelQuality } from '../../../../shared/metrics/quality.ts';
import {
  fidelityText,
  shortList,
  notMeasuredText,
  qualityText,
  nextStepText,
} from '../../../../shared/metrics/verdictTexts.ts';
import type { BundleCheck } from '../../../pipeline/export/bundle/verifyBundle.ts';
import type { EvaluationResult } from '../../../pipeline/tasks/evaluate.ts';
import { leftOutList } from '../../../pipeline/tasks/leftOutLabels.ts';
import type { PredictionResult } from '../../../pipeline/tasks/predict.ts';
import { unlabeledAnswer } from '../../../studio/labels/unlabeled.ts';
import { cacheFolder } from '../../../studio/state/places.ts';
import { EXIT } from '../exitCodes.ts';
import { score, shortened, table } from '../format.ts';
import { perform } from '../jobs.ts';
import { output, print, printData, printError } from '../output.ts';

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

const english = translator('en');

async function evaluate(
  model: string,
  { data, split, json }: { data?: string; split: 'train' | 'val' | 'test'; json: boolean },
): Promise<void> {
  const result = await perform<EvaluationResult>(
    {
      type: 'evaluate',
      model,
      data: data ?? null,
      split,
      unlabeled: data === undefined ? 'ask' : await unlabeledAnswer(data),
      cacheFolder: cacheFolder(),
    },
    json,
  );
  const { report, labels, images, leftOut } = result;
  if (leftOut.length > 0) {
    if (json) print(`${JSON.stringify({ type: 'leftOut', labels: leftOut })}\n`);
    else {
      const { text } = message('leftOut.warning', { count: leftOut.length, labels: leftOutList(leftOut) });
      print(`warning: ${text}\n\n`);
    }
  }
  if (json) {
    print(`${JSON.stringify({ type: 'evaluation', ...result })}\n`);
    return;
  }
  const { low, high } = report.macroApInterval;
  print(
    `${split}: ${images} images, INT8 model\nmacro AP ${score(report.macroAp)} (95% interval ${score(low)} to ${score(high)})\n`,
  );
  const notMeasured = labels.filter((_, c) => report.perClass[c]!.support === 0);
  if (notMeasured.length > 0)
    print(
      `${notMeasuredText(notMeasured.length, english)} No image in ${split}, so in no average: ${shortList(notMeasured, english, 20)}.\n`,
    );
  print('\n');
  const sets = [
    ['0.5', 'at 0.5'],
    ['global', 'one threshold'],
    ['per_class', 'one a class'],
  ] as const;
  print(
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
  print(
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
  const found = await perform<PredictionResult>(
    { type: 'predict', bundle, folder },
    false,
    printData,
    output.closed,
  ).catch((error: unknown) => {
    // The lines are all there is to this command: without a reader it has nothing left to do.
    if (output.closed.aborted && output.fault() === null) return null;
    throw output.fault() ?? error;
  });
  if (found === null) return;
  const { images, unreadable } = found;
  if (unreadable > 0) printError(`${unreadable} of ${images} images could not be read: see the column 'error'.\n`);
}

async function verify(bundle: string, { json }: { json: boolean }): Promise<void> {
  const checks = await perform<BundleCheck[]>({ type: 'verify', bundle }, json);
  const quality = await perform<ModelQuality | null>({ type: 'bundleQuality', bundle }, json);
  for (const { name, fault, note } of checks) {
    print(
      json
        ? `${JSON.stringify({ type: 'check', name: name.text, ok: fault === null, fault: fault?.text ?? null, note: note?.text ?? null })}\n`
        : `${fault === null ? 'ok    ' : 'FAULT '} ${name.text}${fault === null ? '' : `: ${fault.text}`}\n${note === null ? '' : `       ${note.text}\n`}`,
    );
  }
  const faults = checks.filter(({ fault }) => fault !== null).length;
  const fidelity = fidelityText({ passed: checks.length - faults, checks: checks.length }, english);
  const saidOfModel =
    quality === null
      ? 'The quality is unknown: metrics.json cannot be read.'
      : `${qualityText(quality, english)} ${nextStepText(quality, false, english)} (test split)`;
  if (json)
    print(
      `${JSON.stringify({ type: 'verdict', faithful: faults === 0, quality: quality?.verdict ?? null, labels: quality?.labels ?? [] })}\n`,
    );
  else print(`\n${fidelity}${faults === 0 ? '' : ' Do not ship this bundle.'}\n${saidOfModel}\n`);
  if (faults > 0) process.exitCode = EXIT.check;
}
