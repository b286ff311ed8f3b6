import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { Config } from '../../../../shared/config.ts';
import { stages, stageSchema } from '../../../../shared/events.ts';
import type { Stage } from '../../../../shared/events.ts';
import { Problem } from '../../../../shared/problem.ts';
import { readThresholds } from '../../../pipeline/artifacts/thresholds.ts';
import { listRuns, nextStage, readRun } from '../../../pipeline/storage/runFolder.ts';
import { loadConfig } from '../../../studio/config/loadConfig.ts';
import { changeConfig, findRun, resumeRun, startRun } from '../../../studio/runs/runs.ts';
import { runsFolder } from '../../../studio/state/places.ts';
import { duration, score, shortened, table } from '../format.ts';
import { follow } from '../jobs.ts';
import type { ConfigOptions } from '../options.ts';
import { configOptions, configSources } from '../options.ts';
import { runSummary } from '../summary.ts';
import { print, printError } from '../output.ts';

const stageList = (value: string, previous: readonly Stage[] = []): Stage[] => {
  const parsed = stageSchema.safeParse(value);
  if (!parsed.success) throw new InvalidArgumentError(`One of ${stages.join(', ')}.`);
  return [...previous, parsed.data];
};

export function addRunCommands(program: Command): void {
  configOptions(
    program
      .command('run')
      .description('train, quantize, tune, test and export: the whole pipeline on a project')
      .argument('[folder]', 'the folder with train.txt, val.txt and test.txt', '.'),
  )
    .option('--stage <stage>', `only this stage (${stages.join(', ')}); can be given often`, stageList)
    .option('--runs <folder>', 'where the run is kept; default: runs/ in the project')
    .option('--json', 'one JSON object a line', false)
    .action(run);
  program
    .command('resume')
    .description('go on with a run that was stopped, killed or failed')
    .argument('[run]', 'a run, or a project: its newest unfinished run', '.')
    .option('--stage <stage>', 'do this stage, even if it was finished; can be given often', stageList)
    .option('--take-over', 'the process that locked the run is gone: do not watch it for a minute first', false)
    .option('--json', 'one JSON object a line', false)
    .action(resume);
  program
    .command('tune')
    .description('search the thresholds of a run again, with other goals; test stays closed')
    .argument('[run]', 'a run, or a project: its newest run', '.')
    .option(
      '--set <key=value>',
      'for example threshold_search.goal=precision; can be given often',
      (value: string, previous: readonly string[]) => [...previous, value],
      [],
    )
    .option('--json', 'one JSON object a line', false)
    .action(tune);
  program
    .command('export')
    .description("write a run's bundle again, with other settings")
    .argument('[run]', 'a run, or a project: its newest run', '.')
    .option(
      '--set <key=value>',
      'for example tflite_export.input_type=int8; can be given often',
      (value: string, previous: readonly string[]) => [...previous, value],
      [],
    )
    .option('--json', 'one JSON object a line', false)
    .action(exportAgain);
  program
    .command('runs')
    .description('list the runs of a project')
    .argument('[folder]', 'a project', '.')
    .option('--json', 'one JSON object a line', false)
    .action(list);
}

async function run(
  folder: string,
  options: ConfigOptions & { stage?: readonly Stage[]; runs?: string; json: boolean },
): Promise<void> {
  const { config } = await loadConfig(await configSources(folder, options));
  let runFolder = '';
  await follow(async (watcher) => {
    const started = await startRun(
      {
        project: folder,
        config,
        preset: options.preset ?? null,
        stages: options.stage ?? null,
        runsFolder: options.runs ?? null,
      },
      watcher,
    );
    runFolder = started.folder;
    say(options.json, `Run ${runFolder}`, { type: 'run', folder: runFolder });
    return started.job;
  }, options.json);
  await showEnd(runFolder, options.json);
}

async function resume(
  place: string,
  { stage, takeOver, json }: { stage?: readonly Stage[]; takeOver: boolean; json: boolean },
): Promise<void> {
  const folder = await findRun(place, (record) => stage !== undefined || record.state !== 'finished');
  say(json, `Run ${folder}`, { type: 'run', folder });
  if (stage === undefined && nextStage(await readRun(folder)) === null)
    say(json, 'The run is finished already.', { type: 'finished', seconds: 0 });
  else await follow((watcher) => resumeRun(folder, stage ?? null, watcher, takeOver), json);
  await showEnd(folder, json);
}

async function tune(place: string, { set, json }: { set: readonly string[]; json: boolean }): Promise<void> {
  const folder = await findRun(place);
  await changeSection(folder, 'threshold_search', set);
  await follow((watcher) => resumeRun(folder, ['thresholds'], watcher), json);
  const { config } = await readRun(folder);
  const { globalK, perClass, labels } = await readThresholds(folder);
  if (json) {
    print(
      `${JSON.stringify({ type: 'thresholds', folder, globalK, perClass: perClass.map((threshold, c) => ({ label: labels[c], ...threshold })) })}\n`,
    );
    return;
  }
  print(
    `\nThresholds on validation (goal: ${config.threshold_search.goal}); for one for all classes: q >= ${globalK}\n`,
  );
  print(
    `${table([
      ['class', 'q >=', 'score', 'precision', 'recall', 'F1', 'positives'],
      ...perClass.map(({ k, valPrecision, valRecall, valF1, valPositives, tuned }, c) => [
        shortened(labels[c]!, 40),
        `${k}${tuned ? '' : ' (global)'}`,
        score(k / 256),
        score(valPrecision),
        score(valRecall),
        score(valF1),
        String(valPositives),
      ]),
    ])}\n`,
  );
  print(
    `\nValidation figures are optimistic: the thresholds were chosen there. 'destila export ${folder}' writes a bundle with them.\n`,
  );
}

async function exportAgain(place: string, { set, json }: { set: readonly string[]; json: boolean }): Promise<void> {
  const folder = await findRun(place);
  await changeSection(folder, 'tflite_export', set);
  const { stages: records } = await readRun(folder);
  const missing: Stage[] = records.test.state === 'finished' ? ['export'] : ['test', 'export'];
  await follow((watcher) => resumeRun(folder, missing, watcher), json);
  await showEnd(folder, json);
}

/** Changes one section of a run's settings; others would make it another run. */
async function changeSection(
  folder: string,
  section: 'threshold_search' | 'tflite_export',
  set: readonly string[],
): Promise<void> {
  const foreign = set.find((assignment) => !assignment.startsWith(`${section}.`));
  if (foreign !== undefined)
    throw new Problem(
      'config',
      `--set ${foreign}: only ${section}.* can be changed in a run that exists. Start a new run for other settings.`,
    );
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
  await changeConfig(folder, change, ({ text }) => printError(`${text}\n`));
}

async function list(place: string, { json }: { json: boolean }): Promise<void> {
  const runs = await listRuns(runsFolder(place));
  if (json) {
    for (const { folder, record, state } of runs)
      print(
        `${JSON.stringify({ type: 'run', folder, state, createdAt: record.createdAt, preset: record.preset, stages: record.stages, testOpenings: record.testOpenings.length })}\n`,
      );
    return;
  }
  if (runs.length === 0) {
    print(`${path.resolve(place)} has no runs yet: 'destila run ${place}' starts one.\n`);
    return;
  }
  print(
    `${table([
      ['run', 'state', 'stage', 'time', 'INT8 mAP, val', 'test opened'],
      ...runs.map(({ record, state }) => [
        record.id,
        state,
        nextStage(record) ?? 'all done',
        duration(stages.reduce((sum, stage) => sum + record.stages[stage].seconds, 0)),
        score(record.stages.thresholds.summary.val_int8_ap),
        `${record.testOpenings.length}x`,
      ]),
    ])}\n`,
  );
}

async function showEnd(folder: string, json: boolean): Promise<void> {
  const record = await readRun(folder);
  if (record.state !== 'finished') {
    say(json, `Next: ${nextStage(record) ?? ''}. 'destila resume ${folder}' goes on.`, {
      type: 'unfinished',
      folder,
      next: nextStage(record),
    });
  } else if (json) {
    print(`${JSON.stringify({ type: 'summary', folder, export: record.export, stages: record.stages })}\n`);
  } else {
    print(`\n${await runSummary(folder)}\n`);
  }
}

function say(json: boolean, text: string, data: object): void {
  print(`${json ? JSON.stringify(data) : text}\n`);
}
