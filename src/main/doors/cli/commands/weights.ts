import path from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { WeightsFormat } from '../../../pipeline/models/weights/writeWeights.ts';
import { writeNetwork } from '../../../pipeline/tasks/writeNetwork.ts';
import { weightsFolder } from '../../../studio/state/places.ts';
import { findRun } from '../../../studio/runs/runs.ts';
import { openWeights } from '../../../studio/weights/weights.ts';
import { table } from '../format.ts';
import { clearStatus, print, showStatus } from '../output.ts';

/** Nothing is downloaded unless `get` is asked for it by name. */
export function addWeightsCommands(program: Command): void {
  const weights = program
    .command('weights')
    .description("pretrained weights: what there is, getting it, and writing a run's own");
  weights
    .command('list')
    .description('the catalogue, and what lies in the weights folder')
    .option('--json', 'as JSON', false)
    .action(list);
  weights
    .command('get')
    .description('download weights of the catalogue; goes on with a download that was cut')
    .argument('<id>', 'as `weights list` names it')
    .option('--proxy <address>', 'http://name:password@host:port; else HTTPS_PROXY of the environment')
    .action(getWeights);
  weights
    .command('export')
    .description('write the teacher or the float student of a run for timm (PyTorch) or Keras')
    .argument('[run]', "a run's folder, or a project: its newest run", '.')
    .addOption(new Option('--stage <name>', 'which network').choices(['teacher', 'student']).default('student'))
    .addOption(
      new Option('--format <name>', "timm: safetensors with timm's names; keras: .h5 in the published layout")
        .choices(['timm', 'keras'])
        .default('timm'),
    )
    .option('--out <file>', "the file to write; else <stage>_<format> in the run's models/")
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
  const weights = openWeights({ folder: weightsFolder(), proxy: () => null, onChange: () => undefined });
  const entries = await weights.list();
  if (json) {
    print(`${JSON.stringify({ folder: weights.folder, entries })}\n`);
    return;
  }
  const rows = entries.map(({ id, name, architecture, licence, megabytes, path }) => [
    id,
    name,
    architecture ?? '',
    licence ?? '',
    `${megabytes.toFixed(0)} MB`,
    path === null ? '' : 'here',
  ]);
  print(
    `${table([['id', 'what', 'for', 'licence', 'about', ''], ...rows])}\n\nWeights folder: ${weights.folder}\nWithout a network: put a file of the catalogue, or any other that fits, there.\nUse one: --set student.weights=<path>\n`,
  );
}

async function getWeights(id: string, { proxy }: { proxy?: string }): Promise<void> {
  const terminal = process.stderr.isTTY;
  let entryOf: () => Promise<void> = () => Promise.resolve();
  const weights = openWeights({
    folder: weightsFolder(),
    proxy: () => proxy ?? null,
    onChange: () => {
      if (terminal) void entryOf();
    },
  });
  entryOf = async () => {
    const progress = (await weights.list()).find((entry) => entry.id === id)?.progress;
    if (progress != null)
      showStatus(
        `  ${(progress.done / 1e6).toFixed(1)} MB${progress.total === null ? '' : ` of ${(progress.total / 1e6).toFixed(1)} MB`}`,
      );
  };
  const file = await weights.download(id);
  clearStatus();
  print(`${file}\n`);
}
