import path from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { WeightsFormat } from '../../../pipeline/models/weights/writeWeights.ts';
import { writeNetwork } from '../../../pipeline/tasks/writeNetwork.ts';
import { findRun } from '../../../studio/runs/runs.ts';
import { givenWeightsFolders, weightsFolder } from '../../../studio/state/places.ts';
import { openWeights } from '../../../studio/weights/weights.ts';
import { downloadStatus } from '../downloadStatus.ts';
import { decimal, table } from '../format.ts';
import { clearStatus, print, showStatus } from '../output.ts';
import { t } from '../wording.ts';

/** Weights are only downloaded by `weights get`. */
export function addWeightsCommands(program: Command): void {
  const weights = program.command('weights').description(t('cli.weights'));
  weights.command('list').description(t('cli.weightsList')).option('--json', t('cli.optionJson'), false).action(list);
  weights
    .command('get')
    .description(t('cli.weightsGet'))
    .argument('<id>', t('cli.weightsId'))
    .option('--proxy <address>', t('cli.optionProxy'))
    .action(getWeights);
  weights
    .command('export')
    .description(t('cli.weightsExport'))
    .argument('[run]', t('cli.argumentRun'), '.')
    .addOption(new Option('--stage <name>', t('cli.rateNetwork')).choices(['teacher', 'student']).default('student'))
    .addOption(new Option('--format <name>', t('cli.weightsFormat')).choices(['timm', 'keras']).default('timm'))
    .option('--out <file>', t('cli.weightsOut'))
    .action(exportWeights);
}

async function exportWeights(
  place: string,
  { stage, format, out }: { stage: 'teacher' | 'student'; format: WeightsFormat; out?: string },
): Promise<void> {
  const file = await writeNetwork({
    runFolder: await findRun(place),
    stage,
    format,
    out: out === undefined ? null : path.resolve(out),
  });
  print(`${file}\n`);
}

async function list({ json }: { json: boolean }): Promise<void> {
  const weights = openWeights({
    folder: weightsFolder(),
    given: givenWeightsFolders(),
    proxy: () => null,
    onChange: () => undefined,
  });
  const entries = await weights.list();
  if (json) {
    print(`${JSON.stringify({ folder: weights.folder, entries })}\n`);
    return;
  }
  const head = ['id', t('cli.columnName'), t('cli.columnNetwork'), t('cli.columnLicense'), t('cli.columnSize'), ''];
  const rows = entries.map(({ id, name, architecture, licence, megabytes, path: file }) => [
    id,
    name,
    architecture ?? '',
    licence ?? '',
    `${decimal(megabytes, 0)} MB`,
    file === null ? '' : t('cli.weightsDownloaded'),
  ]);
  print(
    `${table([head, ...rows])}\n\n${t('cli.weightsFolder', { folder: weights.folder })}\n` +
      `${t('cli.weightsOffline')}\n${t('cli.weightsUse')}\n`,
  );
}

async function getWeights(id: string, { proxy }: { proxy?: string }): Promise<void> {
  const showProgress = async (): Promise<void> => {
    const progress = (await weights.list()).find((entry) => entry.id === id)?.progress;
    if (progress != null) showStatus(downloadStatus(progress.done, progress.total));
  };
  const weights = openWeights({
    folder: weightsFolder(),
    given: givenWeightsFolders(),
    proxy: () => proxy ?? null,
    onChange: () => {
      if (process.stderr.isTTY) void showProgress();
    },
  });
  const file = await weights.download(id);
  clearStatus();
  print(`${file}\n`);
}
