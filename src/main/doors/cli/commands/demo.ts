import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type { BundleCheck } from '../../../pipeline/export/bundle/verifyBundle.ts';
import { listRuns, readRun } from '../../../pipeline/storage/runFolder.ts';
import { loadConfig } from '../../../studio/config/loadConfig.ts';
import { runsFolder } from '../../../studio/state/places.ts';
import { resumeRun, startRun } from '../../../studio/runs/runs.ts';
import { EXIT } from '../exitCodes.ts';
import { follow, perform } from '../jobs.ts';
import { runSummary } from '../summary.ts';
import { print } from '../output.ts';

const PRESET = 'demo';

export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('draw a sample project and take it through the whole pipeline, in a few minutes')
    .option('--folder <folder>', 'where the sample project is kept', 'destila-demo')
    .option('--fresh', 'start over', false)
    .action(demo);
}

async function demo({ folder, fresh }: { folder: string; fresh: boolean }): Promise<void> {
  const project = path.resolve(folder);
  if (fresh) await rm(runsFolder(project), { recursive: true, force: true });
  await perform({ type: 'sample', folder: project }, false);
  const run = await demoRun(project);
  const record = await readRun(run);
  const checks = await perform<BundleCheck[]>({ type: 'verify', bundle: path.join(run, record.export!) }, false);
  const faults = checks.filter(({ fault }) => fault !== null);
  print(`\n${await runSummary(run)}\n\n`);
  for (const { name, fault } of faults) print(`FAULT ${name.text}: ${fault!.text}\n`);
  print(
    faults.length === 0
      ? `The bundle was verified: ${checks.length} checks, all as they should be.\n\nNext\n  npx destila check ${folder}             look at the sample's photos and labels\n  npx destila eval ${path.relative('.', run)}\n  npx destila run <your folder>     train on your own photos\n`
      : `${faults.length} of ${checks.length} checks of the bundle failed.\n`,
  );
  if (faults.length > 0) process.exitCode = EXIT.check;
}

/** The demo's run: the one that is there, gone on with if it was interrupted, or a new one. */
async function demoRun(project: string): Promise<string> {
  const last = (await listRuns(runsFolder(project))).at(-1);
  if (last?.record.state === 'finished') {
    print('The demo is done already; this is its result (--fresh starts over).\n');
    return last.folder;
  }
  if (last !== undefined) {
    print('Going on with the demo where it stopped (--fresh starts over).\n');
    await follow((watcher) => resumeRun(last.folder, null, watcher), false);
    return last.folder;
  }
  const { config } = await loadConfig({ preset: PRESET });
  let folder = '';
  await follow(async (watcher) => {
    const started = await startRun({ project, config, preset: PRESET, stages: null, runsFolder: null }, watcher);
    folder = started.folder;
    return started.job;
  }, false);
  return folder;
}
