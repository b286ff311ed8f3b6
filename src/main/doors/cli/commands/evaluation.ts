import type { Command } from 'commander';
import { Option } from 'commander';
import type { Message, Sayable } from '../../../../shared/message.ts';
import { message } from '../../../../shared/message.ts';
import type { ModelQuality } from '../../../../shared/metrics/quality.ts';
import { fidelityText, nextStepText, qualityText } from '../../../../shared/metrics/verdictTexts.ts';
import type { BundleComparison } from '../../../pipeline/export/bundle/compareBundles.ts';
import type { BundleCheck } from '../../../pipeline/export/bundle/verifyBundle.ts';
import type { EvaluationResult } from '../../../pipeline/tasks/evaluate.ts';
import { leftOutList } from '../../../pipeline/tasks/leftOutLabels.ts';
import type { PredictionResult } from '../../../pipeline/tasks/predict.ts';
import { unlabeledAnswer } from '../../../studio/labels/unlabeled.ts';
import { cacheFolder } from '../../../studio/state/places.ts';
import { EXIT } from '../exitCodes.ts';
import { percent, score, shortened, table } from '../format.ts';
import { describeComparison, misreads } from '../comparison.ts';
import { runJob } from '../jobs.ts';
import { output, print, printData, printError } from '../output.ts';
import { notMeasuredLines } from '../summary.ts';
import { said, t } from '../wording.ts';

export function addEvaluationCommands(program: Command): void {
  program
    .command('eval')
    .description(t('cli.eval'))
    .argument('<model>', t('cli.evalModel'))
    .option('--data <folder>', t('cli.evalData'))
    .addOption(new Option('--split <split>', t('cli.evalSplit')).choices(['train', 'val', 'test']).default('test'))
    .option('--json', t('cli.optionJson'), false)
    .action(evaluate);
  program
    .command('predict')
    .description(t('cli.predict'))
    .argument('<folder>', t('cli.predictFolder'))
    .requiredOption('--bundle <bundle>', t('cli.argumentBundle'))
    .action(predict);
  program
    .command('verify')
    .description(t('cli.verify'))
    .argument('<bundle>', t('cli.argumentBundle'))
    .option('--json', t('cli.optionJson'), false)
    .action(verify);
  program
    .command('diff')
    .description(t('cli.diff'))
    .argument('<old>', t('cli.argumentBundle'))
    .argument('<new>', t('cli.argumentBundle'))
    .option('--json', t('cli.optionJson'), false)
    .action(diff);
}

interface EvaluationOptions {
  readonly data?: string;
  readonly split: 'train' | 'val' | 'test';
  readonly json: boolean;
}

async function evaluate(model: string, { data, split, json }: EvaluationOptions): Promise<void> {
  const result = await runJob<EvaluationResult>(
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
  const { leftOut } = result;
  if (json) {
    if (leftOut.length > 0) print(`${JSON.stringify({ type: 'leftOut', labels: leftOut })}\n`);
    print(`${JSON.stringify({ type: 'evaluation', ...result })}\n`);
    return;
  }
  if (leftOut.length > 0) {
    const text = said(message('leftOut.warning', { count: leftOut.length, labels: leftOutList(leftOut) }));
    print(`${t('cli.warning', { text })}\n\n`);
  }
  print(describeEvaluation(result, split));
}

function describeEvaluation({ report, labels, images }: EvaluationResult, split: string): string {
  const { low, high } = report.macroApInterval;
  const notMeasured = labels.filter((_, c) => report.perClass[c]!.support === 0);
  const head = [
    t('cli.evalTitle', { split, images }),
    t('cli.evalMacroAp', { value: score(report.macroAp), low: score(low), high: score(high) }),
    ...notMeasuredLines(notMeasured, split),
  ];
  const sets = [
    ['0.5', t('cli.evalAtHalf')],
    ['global', t('cli.evalGlobal')],
    ['per_class', t('cli.evalPerLabel')],
  ] as const;
  const perSet = sets.map(([key, title]) => {
    const at = report.at[key];
    return [
      title,
      score(at.macroF1),
      score(at.microF1),
      score(at.microPrecision),
      score(at.microRecall),
      percent(at.noLabelRate, 1),
    ];
  });
  const perLabel = labels.map((label, c) => {
    const at = report.at.per_class.perClass[c]!;
    return [
      shortened(label, 40),
      String(at.support),
      score(report.perClass[c]!.averagePrecision),
      score(at.precision),
      score(at.recall),
      score(at.f1),
    ];
  });
  const [precision, recall] = [t('cli.columnPrecision'), t('cli.columnRecall')];
  return `${[
    head.join('\n'),
    table([
      [t('cli.columnThresholds'), 'macro F1', 'micro F1', precision, recall, t('cli.columnWithoutLabels')],
      ...perSet,
    ]),
    table([[t('cli.columnLabel'), t('cli.columnImages'), 'AP', precision, recall, 'F1'], ...perLabel]),
  ].join('\n\n')}\n`;
}

async function predict(folder: string, { bundle }: { bundle: string }): Promise<void> {
  const found = await runJob<PredictionResult>(
    { type: 'predict', bundle, folder },
    false,
    printData,
    output.closed,
  ).catch((error: unknown) => {
    // This command only produces lines, so without a reader there is nothing left to do.
    if (output.closed.aborted && output.fault() === null) return null;
    throw output.fault() ?? error;
  });
  if (found === null) return;
  const { images, unreadable } = found;
  if (unreadable > 0) printError(`${t('cli.predictUnreadable', { count: unreadable, images })}\n`);
}

async function verify(bundle: string, { json }: { json: boolean }): Promise<void> {
  const checks = await runJob<BundleCheck[]>({ type: 'verify', bundle }, json);
  const quality = await runJob<ModelQuality | null>({ type: 'bundleQuality', bundle }, json);
  for (const check of checks) print(json ? checkJson(check) : checkLines(check));
  const faults = checks.filter(({ fault }) => fault !== null).length;
  const faithful = faults === 0;
  if (json) {
    const verdict = { quality: quality?.verdict ?? null, labels: quality?.labels ?? [] };
    print(`${JSON.stringify({ type: 'verdict', faithful, ...verdict })}\n`);
  } else
    print(
      `\n${fidelityText({ passed: checks.length - faults, checks: checks.length }, t)}` +
        `${faithful ? '' : ` ${t('cli.verifyDoNotShip')}`}\n${verdictText(quality)}\n`,
    );
  if (!faithful) process.exitCode = EXIT.check;
}

async function diff(before: string, after: string, { json }: { json: boolean }): Promise<void> {
  const found = await runJob<BundleComparison>({ type: 'compareBundles', before, after }, json);
  print(json ? `${JSON.stringify({ type: 'comparison', ...found })}\n` : describeComparison(found));
  if (misreads(found)) process.exitCode = EXIT.check;
}

const verdictText = (quality: ModelQuality | null): string =>
  quality === null
    ? t('cli.verifyQualityUnknown')
    : `${qualityText(quality, t)} ${nextStepText(quality, false, t)} ${t('cli.onTest')}`;

const isMessage = (text: Sayable): text is Message => typeof text === 'object' && 'text' in text;
const inEnglish = (text: Sayable | null): string | null =>
  text === null ? null : isMessage(text) ? text.text : String(text);

/** English texts, and the code and parameters of the fault. */
function checkJson({ name, fault, note }: BundleCheck): string {
  const said: Sayable | null = fault;
  const { code, params } = said !== null && isMessage(said) ? said : {};
  return `${JSON.stringify({
    type: 'check',
    name: inEnglish(name),
    ok: fault === null,
    fault: inEnglish(fault),
    code,
    params,
    note: inEnglish(note),
  })}\n`;
}

function checkLines({ name, fault, note }: BundleCheck): string {
  const line =
    fault === null ? `${t('cli.verifyOk')} ${said(name)}` : `${t('cli.verifyFault')} ${said(name)}: ${said(fault)}`;
  return `${line}\n${note === null ? '' : `       ${said(note)}\n`}`;
}
