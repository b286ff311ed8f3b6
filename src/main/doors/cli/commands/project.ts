import { access, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { UnlabeledMeaning } from '../../../../shared/config.ts';
import { Problem } from '../../../../shared/problem.ts';
import { errorsIn, formatFindings } from '../../../pipeline/data/findings.ts';
import { separatorWord } from '../../../pipeline/data/separator.ts';
import { writeFileAtomic } from '../../../pipeline/storage/atomicFile.ts';
import type { FolderCheck } from '../../../pipeline/tasks/check.ts';
import { loadConfig } from '../../../studio/config/loadConfig.ts';
import { rememberUnlabeled, withUnlabeledAnswer } from '../../../studio/labels/unlabeled.ts';
import { cacheFolder, projectConfigFile } from '../../../studio/state/places.ts';
import { resourcePath } from '../../../studio/state/resources.ts';
import { EXIT } from '../exitCodes.ts';
import { bytes, decimal, shortened, table } from '../format.ts';
import { runJob } from '../jobs.ts';
import type { ConfigOptions } from '../options.ts';
import { configOptions, configSources } from '../options.ts';
import { print } from '../output.ts';
import { unlabeledQuestion, unlabeledReply } from '../unlabeled.ts';
import { said, t } from '../wording.ts';

export function addProjectCommands(program: Command): void {
  program
    .command('init')
    .description(t('cli.init'))
    .argument('[folder]', t('cli.argumentFolder'), '.')
    .option('--preset <name>', t('cli.initPreset'))
    .action(init);
  configOptions(program.command('check').description(t('cli.check')).argument('[folder]', t('cli.argumentFolder'), '.'))
    .addOption(
      new Option('--unlabeled <meaning>', t('cli.checkUnlabeled')).choices(['none_of_these', 'not_labeled_yet']),
    )
    .option('--json', t('cli.optionJson'), false)
    .action(check);
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

async function init(folder: string, { preset }: { preset?: string }): Promise<void> {
  const file = projectConfigFile(folder);
  if (!(await exists(folder))) throw new Problem('data.folderMissing', { folder });
  if (await exists(file)) throw new Problem('config.settingsFileExists', { file });
  const source = preset === undefined ? resourcePath('default.yaml') : resourcePath('presets', `${preset}.yaml`);
  if (preset !== undefined) await loadConfig({ preset }); // throws if there is no such preset
  await writeFileAtomic(file, await readFile(source));
  print(`${t('cli.initDone', { file, folder })}\n`);
}

interface CheckOptions extends ConfigOptions {
  readonly unlabeled?: Exclude<UnlabeledMeaning, 'ask'>;
  readonly json: boolean;
}

async function check(folder: string, options: CheckOptions): Promise<void> {
  if (options.unlabeled !== undefined) await rememberUnlabeled(folder, options.unlabeled);
  const loaded = await loadConfig(await configSources(folder, options));
  const config = await withUnlabeledAnswer(loaded.config, folder);
  const found = await runJob<FolderCheck>(
    { type: 'check', project: folder, config: config.data, cacheFolder: cacheFolder(), out: null },
    options.json,
  );
  const errors = errorsIn(found.findings).length;
  if (options.json) {
    for (const { message, ...finding } of found.findings)
      print(`${JSON.stringify({ type: 'problem', ...finding, message: message.text })}\n`);
    const separator = { name: found.layout.separator, ...found.layout, evidence: found.layout.evidence.text };
    print(`${JSON.stringify({ type: 'statistics', separator, ...found.statistics })}\n`);
  } else {
    print(`${describe(found)}\n\n${formatFindings(found.findings, t)}\n`);
    if (found.unlabeledMeaning === 'ask' && process.stdin.isTTY && process.stdout.isTTY)
      await askAboutUnlabeled(folder, found);
  }
  if (errors > 0) process.exitCode = EXIT.data;
}

const unlabeledImages = ({ unlabeled }: FolderCheck): number => unlabeled.train + unlabeled.val + unlabeled.test;

async function askAboutUnlabeled(folder: string, found: FolderCheck): Promise<void> {
  const images = unlabeledImages(found);
  if (images === 0) return;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const reply = await lines.question(`\n${unlabeledQuestion(images, t)} `);
    const answer = unlabeledReply(reply, t);
    if (answer === null) {
      print(`${t('cli.checkNoAnswer')}\n`);
      return;
    }
    await rememberUnlabeled(folder, answer);
    print(`${t('cli.checkAnswerSaved', { answer, file: projectConfigFile(folder) })}\n`);
  } finally {
    lines.close();
  }
}

const splitNames = ['train', 'val', 'test'] as const;

const describe = (found: FolderCheck): string =>
  [
    [overviewTable(found), ...(unlabeledImages(found) > 0 ? [meaningText(found.unlabeledMeaning)] : [])].join('\n'),
    labelTable(found),
    [
      ...sizesLine(found),
      t('cli.separator', { name: said(separatorWord(found.layout.separator)), evidence: said(found.layout.evidence) }),
    ].join('\n'),
  ].join('\n\n');

const overviewTable = ({ statistics: { splits }, unlabeled }: FolderCheck): string =>
  table([
    ['', ...splitNames],
    [t('cli.columnImages'), ...splitNames.map((name) => String(splits[name].images))],
    [t('cli.columnLabelsPerImage'), ...splitNames.map((name) => decimal(splits[name].meanLabels, 2))],
    [t('cli.columnWithoutLabels'), ...splitNames.map((name) => String(unlabeled[name]))],
  ]);

function meaningText(meaning: UnlabeledMeaning): string {
  switch (meaning) {
    case 'ask':
      return t('cli.unlabeledAsk');
    case 'none_of_these':
      return t('cli.unlabeledNone');
    case 'not_labeled_yet':
      return t('cli.unlabeledNotYet');
  }
}

const MOST_LABELS = 40;

function labelTable({ statistics: { splits, vocabulary } }: FolderCheck): string {
  const rows = vocabulary
    .slice(0, MOST_LABELS)
    .map((label, c) => [shortened(label, 40), ...splitNames.map((name) => String(splits[name].positives[c]))]);
  const labels = table([[t('cli.columnLabel'), ...splitNames], ...rows]);
  const more = vocabulary.length - MOST_LABELS;
  return more > 0 ? `${labels}\n${t('cli.moreLabels', { count: more })}` : labels;
}

function sizesLine({ statistics: { sizes } }: FolderCheck): string[] {
  if (sizes === null) return [];
  const smallest = `${sizes.width.min} x ${sizes.height.min}`;
  const largest = `${sizes.width.max} x ${sizes.height.max}`;
  return [t('cli.imageSizes', { smallest, largest, bytes: bytes(sizes.bytes.median) })];
}
