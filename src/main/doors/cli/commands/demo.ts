import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type { BundleCheck } from '../../../pipeline/export/bundle/verifyBundle.ts';
import { listRuns, readRun } from '../../../pipeline/storage/runFolder.ts';
import { loadConfig } from '../../../studio/config/loadConfig.ts';
import { resumeRun, startRun } from '../../../studio/runs/runs.ts';
import { runsFolder } from '../../../studio/state/places.ts';
import type { StartOptions } from '../startingWeights.ts';
import { firstWeights } from '../startingWeights.ts';
import { EXIT } from '../exitCodes.ts';
import { followJob, runJob } from '../jobs.ts';
import { print } from '../output.ts';
import { runSummary } from '../summary.ts';
import { said, t } from '../wording.ts';

const PRESET = 'demo-pretrained';
const PRESET_FROM_SCRATCH = 'demo';

export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description(t('cli.demo'))
    .option('--folder <folder>', t('cli.demoFolder'), 'destila-demo')
    .option('--fresh', t('cli.demoFresh'), false)
    .option('--from-scratch', t('cli.optionFromScratch'), false)
    .option('--offline', t('cli.optionOffline'), false)
    .action(demo);
}

interface DemoOptions extends StartOptions {
  readonly folder: string;
  readonly fresh: boolean;
}

async function demo({ folder, fresh, ...start }: DemoOptions): Promise<void> {
  const project = path.resolve(folder);
  if (fresh) await rm(runsFolder(project), { recursive: true, force: true });
  await runJob({ type: 'sample', folder: project }, false);
  const run = await demoRun(project, start);
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
async function demoRun(project: string, start: StartOptions): Promise<string> {
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
  const weights = await firstWeights(start, (line) => print(`${line}\n`));
  const preset = weights === null ? PRESET_FROM_SCRATCH : PRESET;
  const { config: plain } = await loadConfig({ preset });
  const config = { ...plain, teacher: { ...plain.teacher, weights }, student: { ...plain.student, weights } };
  let folder = '';
  await followJob(async (watcher) => {
    const started = await startRun({ project, config, preset, stages: null, runsFolder: null }, watcher);
    folder = started.folder;
    return started.job;
  }, false);
  return folder;
}
