import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type { BundleCheck } from '../../../pipeline/export/bundle/verifyBundle.ts';
import { listRuns, readRun } from '../../../pipeline/storage/runFolder.ts';
import { loadConfig } from '../../../studio/config/loadConfig.ts';
import { resumeRun, startRun } from '../../../studio/runs/runs.ts';
import { runsFolder } from '../../../studio/state/places.ts';
import { EXIT } from '../exitCodes.ts';
import { followJob, runJob } from '../jobs.ts';
import { print } from '../output.ts';
import { runSummary } from '../summary.ts';
import { said, t } from '../wording.ts';

const PRESET = 'demo';

export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description(t('cli.demo'))
    .option('--folder <folder>', t('cli.demoFolder'), 'destila-demo')
    .option('--fresh', t('cli.demoFresh'), false)
    .action(demo);
}

async function demo({ folder, fresh }: { folder: string; fresh: boolean }): Promise<void> {
  const project = path.resolve(folder);
  if (fresh) await rm(runsFolder(project), { recursive: true, force: true });
  await runJob({ type: 'sample', folder: project }, false);
  const run = await demoRun(project);
  const record = await readRun(run);
  const checks = await runJob<BundleCheck[]>({ type: 'verify', bundle: path.join(run, record.export!) }, false);
  print(`\n${await runSummary(run)}\n\n`);
  const faults = checks.flatMap(({ name, fault }) => (fault === null ? [] : [{ name, fault }]));
  for (const { name, fault } of faults) print(`${t('cli.verifyFault')} ${said(name)}: ${said(fault)}\n`);
  if (faults.length === 0) {
    print(`${t('cli.demoVerified', { checks: checks.length })}\n\n${nextCommands(folder, run)}\n`);
  } else {
    print(`${t('cli.demoFaults', { faults: faults.length, checks: checks.length })}\n`);
    process.exitCode = EXIT.check;
  }
}

function nextCommands(folder: string, run: string): string {
  const commands = [
    [`check ${folder}`, t('cli.demoNextCheck')],
    [`eval ${path.relative('.', run)}`, t('cli.demoNextEval')],
    [`run ${t('cli.demoYourFolder')}`, t('cli.demoNextRun')],
  ] as const;
  const width = Math.max(...commands.map(([command]) => command.length));
  const lines = commands.map(([command, purpose]) => `  npx destila ${command.padEnd(width)}  ${purpose}`);
  return [t('cli.demoNext'), ...lines].join('\n');
}

/** The folder of the demo's run. It is created, or resumed if it was interrupted. */
async function demoRun(project: string): Promise<string> {
  const last = (await listRuns(runsFolder(project))).at(-1);
  if (last?.record.state === 'finished') {
    print(`${t('cli.demoFinished')}\n`);
    return last.folder;
  }
  if (last !== undefined) {
    print(`${t('cli.demoResumed')}\n`);
    await followJob((watcher) => resumeRun(last.folder, null, watcher), false);
    return last.folder;
  }
  const { config } = await loadConfig({ preset: PRESET });
  let folder = '';
  await followJob(async (watcher) => {
    const started = await startRun({ project, config, preset: PRESET, stages: null, runsFolder: null }, watcher);
    folder = started.folder;
    return started.job;
  }, false);
  return folder;
}
