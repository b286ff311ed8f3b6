import { access, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { UnlabeledMeaning } from '../../../../shared/config.ts';
import { translator } from '../../../../shared/locales/translate.ts';
import { say } from '../../../../shared/message.ts';
import { Problem } from '../../../../shared/problem.ts';
import { errorsIn, formatFindings } from '../../../pipeline/data/findings.ts';
import type { FolderCheck } from '../../../pipeline/tasks/check.ts';
import { writeFileAtomic } from '../../../pipeline/storage/atomicFile.ts';
import { loadConfig } from '../../../studio/config/loadConfig.ts';
import { rememberUnlabeled, withUnlabeledAnswer } from '../../../studio/labels/unlabeled.ts';
import { cacheFolder, projectConfigFile } from '../../../studio/state/places.ts';
import { resourcePath } from '../../../studio/state/resources.ts';
import { EXIT } from '../exitCodes.ts';
import { bytes, shortened, table } from '../format.ts';
import { unlabeledQuestion, unlabeledReply } from '../unlabeled.ts';
import { perform } from '../jobs.ts';
import type { ConfigOptions } from '../options.ts';
import { configOptions, configSources } from '../options.ts';
import { print } from '../output.ts';

export function addProjectCommands(program: Command): void {
  program
    .command('init')
    .description('write destila.yaml with every setting and its meaning into a project folder')
    .argument('[folder]', 'the folder with train.txt, val.txt and test.txt', '.')
    .option('--preset <name>', 'start from a preset instead of the defaults')
    .action(init);
  configOptions(
    program
      .command('check')
      .description('check the images and labels of a project; asks what images without labels mean')
      .argument('[folder]', 'the folder with train.txt, val.txt and test.txt', '.'),
  )
    .addOption(
      new Option(
        '--unlabeled <meaning>',
        'answer what images without labels mean; the answer is kept in destila.yaml',
      ).choices(['none_of_these', 'not_labeled_yet']),
    )
    .option('--json', 'one JSON object per line', false)
    .action(check);
}

async function init(folder: string, { preset }: { preset?: string }): Promise<void> {
  const file = projectConfigFile(folder);
  await access(folder).catch(() => {
    throw new Problem('data', `${folder} does not exist.`);
  });
  if (
    await access(file).then(
      () => true,
      () => false,
    )
  )
    throw new Problem('config', `${file} is there already; it is left as it is.`);
  const source = preset === undefined ? resourcePath('default.yaml') : resourcePath('presets', `${preset}.yaml`);
  if (preset !== undefined) await loadConfig({ preset }); // says which presets there are
  await writeFileAtomic(file, await readFile(source));
  print(`${file} is written: 'destila run ${folder}' uses it.\n`);
}

interface CheckOptions extends ConfigOptions {
  readonly unlabeled?: Exclude<UnlabeledMeaning, 'ask'>;
  readonly json: boolean;
}

async function check(folder: string, options: CheckOptions): Promise<void> {
  if (options.unlabeled !== undefined) await rememberUnlabeled(folder, options.unlabeled);
  const loaded = await loadConfig(await configSources(folder, options));
  const config = await withUnlabeledAnswer(loaded.config, folder);
  const found = await perform<FolderCheck>(
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
    print(`${describe(found)}\n\n${formatFindings(found.findings, english)}\n`);
    if (found.unlabeledMeaning === 'ask' && process.stdin.isTTY && process.stdout.isTTY)
      await askAboutUnlabeled(folder, found);
  }
  if (errors > 0) process.exitCode = EXIT.data;
}

async function askAboutUnlabeled(folder: string, { unlabeled }: FolderCheck): Promise<void> {
  const total = unlabeled.train + unlabeled.val + unlabeled.test;
  if (total === 0) return;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const reply = await lines.question(`\n${unlabeledQuestion(total)} `);
    const answer = unlabeledReply(reply);
    if (answer === null) {
      print('No answer was saved. A run counts them as none of these.\n');
      return;
    }
    await rememberUnlabeled(folder, answer);
    print(`data.unlabeled: ${answer} is saved in ${projectConfigFile(folder)}.\n`);
  } finally {
    lines.close();
  }
}

const english = translator('en');

const MOST_CLASSES = 40;

function describe({ statistics, layout, unlabeled, unlabeledMeaning }: FolderCheck): string {
  const { splits, vocabulary, sizes } = statistics;
  const meaning = {
    ask: "count as 'none of these' until you answer",
    none_of_these: "count as 'none of these'",
    not_labeled_yet: 'not labeled yet, left out',
  }[unlabeledMeaning];
  const anyUnlabeled = unlabeled.train + unlabeled.val + unlabeled.test > 0;
  const names = ['train', 'val', 'test'] as const;
  const overview = table([
    ['', ...names],
    ['images', ...names.map((name) => String(splits[name].images))],
    ['labels per image', ...names.map((name) => splits[name].meanLabels.toFixed(2))],
    ['without labels', ...names.map((name) => String(unlabeled[name]))],
  ]);
  const without = anyUnlabeled ? `\nImages without labels: ${meaning}.` : '';
  const classes = table([
    ['label', ...names],
    ...vocabulary
      .slice(0, MOST_CLASSES)
      .map((label, c) => [shortened(label, 40), ...names.map((name) => String(splits[name].positives[c]))]),
  ]);
  const more =
    vocabulary.length > MOST_CLASSES
      ? `\n... and ${vocabulary.length - MOST_CLASSES} more labels (--json lists all)`
      : '';
  const spread =
    sizes === null
      ? ''
      : `\nsizes: ${sizes.width.min} x ${sizes.height.min} to ${sizes.width.max} x ${sizes.height.max} pixels, median file ${bytes(sizes.bytes.median)}`;
  return `${overview}${without}\n\n${classes}${more}\n${spread}\nseparator: ${layout.separator} (${say(english, layout.evidence)})`;
}
