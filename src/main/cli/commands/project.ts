import { access, readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { Problem } from '../../../shared/problem.ts';
import type { FolderCheck } from '../../pipeline/stages/check.ts';
import { writeFileAtomic } from '../../pipeline/storage/atomicFile.ts';
import { loadConfig } from '../../studio/config/loadConfig.ts';
import { cacheFolder, projectConfigFile } from '../../studio/places.ts';
import { resourcePath } from '../../studio/resources.ts';
import { EXIT } from '../exitCodes.ts';
import { bytes, shortened, table } from '../format.ts';
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
      .description('read the photos and labels of a project and say what is wrong; changes nothing')
      .argument('[folder]', 'the folder with train.txt, val.txt and test.txt', '.'),
  )
    .option('--json', 'one JSON object a line', false)
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

async function check(folder: string, options: ConfigOptions & { json: boolean }): Promise<void> {
  const { config } = await loadConfig(await configSources(folder, options));
  const found = await perform<FolderCheck>(
    { type: 'check', project: folder, config: config.data, cacheFolder: cacheFolder() },
    options.json,
  );
  const errors = found.problems.filter(({ severity }) => severity === 'error').length;
  if (options.json) {
    for (const problem of found.problems) print(`${JSON.stringify({ type: 'problem', ...problem })}\n`);
    print(`${JSON.stringify({ type: 'statistics', separator: found.separator, ...found.statistics })}\n`);
  } else {
    print(`${describe(found)}\n\n${found.text}\n`);
  }
  if (errors > 0) process.exitCode = EXIT.data;
}

const MOST_CLASSES = 40;

function describe({ statistics, separator }: FolderCheck): string {
  const { splits, vocabulary, sizes } = statistics;
  const names = ['train', 'val', 'test'] as const;
  const overview = table([
    ['', ...names],
    ['images', ...names.map((name) => String(splits[name].images))],
    ['labels an image', ...names.map((name) => splits[name].meanLabels.toFixed(2))],
    ['without label', ...names.map((name) => `${(splits[name].noLabelRate * 100).toFixed(1)} %`)],
  ]);
  const classes = table([
    ['class', ...names],
    ...vocabulary
      .slice(0, MOST_CLASSES)
      .map((label, c) => [shortened(label, 40), ...names.map((name) => String(splits[name].positives[c]))]),
  ]);
  const more =
    vocabulary.length > MOST_CLASSES
      ? `\n... and ${vocabulary.length - MOST_CLASSES} more classes (--json lists all)`
      : '';
  const spread =
    sizes === null
      ? ''
      : `\nsizes: ${sizes.width.min} x ${sizes.height.min} to ${sizes.width.max} x ${sizes.height.max} pixels, median file ${bytes(sizes.bytes.median)}`;
  return `${overview}\n\n${classes}${more}\n${spread}\nseparator: ${separator.name} (${separator.evidence})`;
}
