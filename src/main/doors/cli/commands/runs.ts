import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { Config } from '../../../../shared/config.ts';
import { stages, stageSchema } from '../../../../shared/events.ts';
import type { Stage } from '../../../../shared/events.ts';
import { Problem } from '../../../../shared/problem.ts';
import { readThresholds } from '../../../pipeline/artifacts/thresholds.ts';
import type { RunState } from '../../../pipeline/storage/runFolder.ts';
import { listRuns, nextStage, readRun } from '../../../pipeline/storage/runFolder.ts';
import { loadConfig } from '../../../studio/config/loadConfig.ts';
import { changeConfig, findRun, resumeRun, startRun } from '../../../studio/runs/runs.ts';
import { runsFolder } from '../../../studio/state/places.ts';
import { duration, score, shortened, table } from '../format.ts';
import { followJob } from '../jobs.ts';
import type { ConfigOptions } from '../options.ts';
import { collect, configOptions } from '../options.ts';
import { startingConfig } from '../startingConfig.ts';
import type { StartOptions } from '../startingWeights.ts';
import { runSummary } from '../summary.ts';
import { print, printError } from '../output.ts';
import { stageTitle } from '../reporter.ts';
import { said, t } from '../wording.ts';

/** Collects the values of --stage, which can be repeated. */
const stageList = (value: string, previous: readonly Stage[] = []): Stage[] => {
  const parsed = stageSchema.safeParse(value);
  if (!parsed.success) throw new InvalidArgumentError(t('cli.runStages', { stages: stages.join(', ') }));
  return [...previous, parsed.data];
};

export function addRunCommands(program: Command): void {
  configOptions(program.command('run').description(t('cli.run')).argument('[folder]', t('cli.argumentFolder'), '.'))
    .option('--stage <stage>', t('cli.runStage', { stages: stages.join(', ') }), stageList)
    .option('--runs <folder>', t('cli.runRuns'))
    .option('--from-scratch', t('cli.optionFromScratch'), false)
    .option('--offline', t('cli.optionOffline'), false)
    .option('--json', t('cli.optionJson'), false)
    .action(run);
  program
    .command('resume')
    .description(t('cli.resume'))
    .argument('[run]', t('cli.resumeRun'), '.')
    .option('--stage <stage>', t('cli.resumeStage'), stageList)
    .option('--take-over', t('cli.resumeTakeOver'), false)
    .option('--json', t('cli.optionJson'), false)
    .action(resume);
  program
    .command('tune')
    .description(t('cli.tune'))
    .argument('[run]', t('cli.argumentRun'), '.')
    .option('--set <key=value>', t('cli.tuneSet'), collect, [])
    .option('--json', t('cli.optionJson'), false)
    .action(tune);
  program
    .command('export')
    .description(t('cli.export'))
    .argument('[run]', t('cli.argumentRun'), '.')
    .option('--set <key=value>', t('cli.exportSet'), collect, [])
    .option('--json', t('cli.optionJson'), false)
    .action(exportAgain);
  program
    .command('runs')
    .description(t('cli.runs'))
    .argument('[folder]', t('cli.argumentProject'), '.')
    .option('--json', t('cli.optionJson'), false)
    .action(list);
}

async function run(
  folder: string,
  options: ConfigOptions & StartOptions & { stage?: readonly Stage[]; runs?: string; json: boolean },
): Promise<void> {
  const { preset, config } = await startingConfig(folder, options, (text) =>
    report(options.json, text, { type: 'notice', text }),
  );
  let runFolder = '';
  await followJob(async (watcher) => {
    const started = await startRun(
      {
        project: folder,
        config,
        preset,
        stages: options.stage ?? null,
        runsFolder: options.runs ?? null,
      },
      watcher,
    );
    runFolder = started.folder;
    report(options.json, t('cli.runFolder', { folder: runFolder }), { type: 'run', folder: runFolder });
    return started.job;
  }, options.json);
  await showEnd(runFolder, options.json);
}

async function resume(
  place: string,
  { stage, takeOver, json }: { stage?: readonly Stage[]; takeOver: boolean; json: boolean },
): Promise<void> {
  const folder = await findRun(place, (record) => stage !== undefined || record.state !== 'finished');
  report(json, t('cli.runFolder', { folder }), { type: 'run', folder });
  if (stage === undefined && nextStage(await readRun(folder)) === null)
    report(json, t('cli.resumeFinished'), { type: 'finished', seconds: 0 });
  else await followJob((watcher) => resumeRun(folder, stage ?? null, watcher, takeOver), json);
  await showEnd(folder, json);
}

async function tune(place: string, { set, json }: { set: readonly string[]; json: boolean }): Promise<void> {
  const folder = await findRun(place);
  await changeSection(folder, 'threshold_search', set);
  await followJob((watcher) => resumeRun(folder, ['thresholds'], watcher), json);
  const { config } = await readRun(folder);
  const { globalK, perClass, labels } = await readThresholds(folder);
  if (json) {
    const thresholds = perClass.map((threshold, c) => ({ label: labels[c], ...threshold }));
    print(`${JSON.stringify({ type: 'thresholds', folder, globalK, perClass: thresholds })}\n`);
    return;
  }
  const head = [
    t('cli.columnLabel'),
    'q >=',
    t('cli.columnScore'),
    t('cli.columnPrecision'),
    t('cli.columnRecall'),
    'F1',
    t('cli.columnPositives'),
  ];
  const rows = perClass.map(({ k, valPrecision, valRecall, valF1, valPositives, tuned }, c) => [
    shortened(labels[c]!, 40),
    tuned ? String(k) : t('cli.tuneGlobal', { k }),
    score(k / 256),
    score(valPrecision),
    score(valRecall),
    score(valF1),
    String(valPositives),
  ]);
  print(`\n${t('cli.tuneTitle', { goal: config.threshold_search.goal, k: globalK })}\n`);
  print(`${table([head, ...rows])}\n\n${t('cli.tuneEnd', { folder })}\n`);
}

async function exportAgain(place: string, { set, json }: { set: readonly string[]; json: boolean }): Promise<void> {
  const folder = await findRun(place);
  await changeSection(folder, 'tflite_export', set);
  const { stages: records } = await readRun(folder);
  const missing: Stage[] = records.test.state === 'finished' ? ['export'] : ['test', 'export'];
  await followJob((watcher) => resumeRun(folder, missing, watcher), json);
  await showEnd(folder, json);
}

/** Changes one section of a run's settings. Changing the others would make it another run. */
async function changeSection(
  folder: string,
  section: 'threshold_search' | 'tflite_export',
  set: readonly string[],
): Promise<void> {
  const foreign = set.find((assignment) => !assignment.startsWith(`${section}.`));
  if (foreign !== undefined) throw new Problem('config.assignmentOfAnotherSection', { assignment: foreign, section });
  if (set.length === 0) return;
  const { config } = await loadConfig({ overrides: set });
  const changed = new Set(set.map((assignment) => assignment.slice(section.length + 1).split('=')[0]!));
  const change = (old: Config): Config => ({
    ...old,
    [section]: {
      ...old[section],
      ...Object.fromEntries(Object.entries(config[section]).filter(([key]) => changed.has(key))),
    },
  });
  await changeConfig(folder, change, (reason) => printError(`${said(reason)}\n`));
}

async function list(place: string, { json }: { json: boolean }): Promise<void> {
  const runs = await listRuns(runsFolder(place));
  if (json) {
    for (const { folder, record, state } of runs) {
      const { createdAt, preset, stages: records, testOpenings } = record;
      const run = { type: 'run', folder, state, createdAt, preset, stages: records, testOpenings: testOpenings.length };
      print(`${JSON.stringify(run)}\n`);
    }
    return;
  }
  if (runs.length === 0) {
    print(`${t('cli.runsNone', { folder: path.resolve(place), place })}\n`);
    return;
  }
  const head = [
    t('cli.columnRun'),
    t('cli.columnState'),
    t('cli.columnStage'),
    t('cli.columnTime'),
    t('cli.columnInt8Map'),
    t('cli.columnTestOpened'),
  ];
  const rows = runs.map(({ record, state }) => {
    const next = nextStage(record);
    return [
      record.id,
      stateName(state),
      next === null ? t('cli.runsAllDone') : stageTitle(next, t),
      duration(stages.reduce((sum, stage) => sum + record.stages[stage].seconds, 0)),
      score(record.stages.thresholds.summary.val_int8_ap),
      `${record.testOpenings.length}x`,
    ];
  });
  print(`${table([head, ...rows])}\n`);
}

function stateName(state: RunState): string {
  switch (state) {
    case 'created':
      return t('cli.stateCreated');
    case 'running':
      return t('cli.stateRunning');
    case 'stopped':
      return t('cli.stateStopped');
    case 'failed':
      return t('cli.stateFailed');
    case 'finished':
      return t('cli.stateFinished');
    case 'interrupted':
      return t('cli.stateInterrupted');
  }
}

async function showEnd(folder: string, json: boolean): Promise<void> {
  const record = await readRun(folder);
  if (record.state !== 'finished') {
    const next = nextStage(record);
    const stage = next === null ? '' : stageTitle(next, t);
    report(json, t('cli.next', { stage, folder }), { type: 'unfinished', folder, next });
  } else if (json) {
    print(`${JSON.stringify({ type: 'summary', folder, export: record.export, stages: record.stages })}\n`);
  } else {
    print(`\n${await runSummary(folder)}\n`);
  }
}

function report(json: boolean, text: string, data: object): void {
  print(`${json ? JSON.stringify(data) : text}\n`);
}
