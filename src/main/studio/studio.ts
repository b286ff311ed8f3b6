import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { Method, Output, PictureQuery } from '../../shared/contract/contract.ts';
import { contract } from '../../shared/contract/contract.ts';
import type { Activity, StudioEvent } from '../../shared/contract/studio.ts';
import type { RunEvent } from '../../shared/events.ts';
import { Problem, toProblemData } from '../../shared/problem.ts';
import { createImaging } from '../jobs/imaging.ts';
import type { Job } from '../jobs/startJob.ts';
import { startJob } from '../jobs/startJob.ts';
import { insideFolder } from '../pipeline/storage/insideFolder.ts';
import { findFolder, listFolder } from './browse.ts';
import { measureAgain } from './engines/chooseEngine.ts';
import { forgetSpeed, rememberedSpeeds } from './engines/speeds.ts';
import { attention, openTest, readTune, saveThresholds } from './tuning.ts';
import { bundleText, checkExport, exportRun, predictToCsv, readExport, tryExport } from './exporting/exports.ts';
import { planImport, writeImport } from './imports/plan.ts';
import { importOffers } from './imports/sources.ts';
import { openDatasets } from './labels/datasets.ts';
import { openLog, redacted } from './log.ts';
import { createLoadMeter, openMachine, threadsOf } from './machine.ts';
import { clearExcept, openPictures, THUMBNAILS } from './pictures.ts';
import { cacheFolder, runsFolder, stateFolder, weightsFolder } from './places.ts';
import { openProjects } from './projects.ts';
import { changeRun, cleanProject, cleanRun, deleteRun, diskUse, newRun } from './runs.ts';
import type { Keychain } from './settings.ts';
import { openSettings } from './settings.ts';
import { configChoices, saveConfig } from './training/configChoices.ts';
import { createEventThrottle } from './training/eventThrottle.ts';
import { readHistory } from './training/history.ts';
import { openLearningRates } from './training/learningRates.ts';
import { preflight, requireWeights } from './training/preflight.ts';
import { openRunQueue } from './training/runQueue.ts';
import { folderBytes, summarizeRuns } from './training/runSummary.ts';
import { networksOfRuns } from './weights/networksOfRuns.ts';
import { openWeights } from './weights/weights.ts';

/** The studio behind every door: each method of the contract, and events. It loads no native engine; jobs and the imaging process do. */
export interface Studio {
  /** Input and output are checked here; rejects with a Problem. */
  call(method: Method, input: unknown): Promise<unknown>;
  subscribe(listener: (event: StudioEvent) => void): () => void;
  picture(project: string, imagePath: string, query: PictureQuery): Promise<{ bytes: Uint8Array; type: string }>;
  /** Absolute path of a file that a person may open or download: a bundle, predictions or the report of a run. */
  download(project: string, run: string, name: string): Promise<string>;
  /** For the desktop's own use. */
  emit(event: StudioEvent): void;
  runsActive(): boolean;
  /** Stops what runs at a checkpoint and lets go of everything. */
  close(how: 'stop' | 'kill'): Promise<void>;
}

export interface DoorOptions {
  readonly door: 'browser' | 'desktop';
  /** Shows a file in the system's file browser; null where the door cannot. */
  readonly reveal: ((file: string) => void) | null;
  /** Where passwords are kept; without one they stand in a file of the user's own. */
  readonly keychain?: Keychain | null;
  /** Keeps the machine awake while something trains. */
  readonly keepAwake: (awake: boolean) => void;
}

const folderSchema = z.object({ folder: z.string() });

type Handlers = { readonly [M in Method]: (input: z.output<(typeof contract)[M]['input']>) => Promise<Output<M>> };

export const productVersion = (
  JSON.parse(readFileSync(path.join(import.meta.dirname, '..', '..', '..', 'package.json'), 'utf8')) as {
    version: string;
  }
).version;

export async function createStudio(options: DoorOptions): Promise<Studio> {
  const state = stateFolder();
  const log = openLog(state);
  const listeners = new Set<(event: StudioEvent) => void>();
  const emit = (event: StudioEvent): void => listeners.forEach((listener) => listener(event));
  // Told to the log even if it ends the studio.
  const onFault = (fault: Error): void => log.write(`uncaughtException: ${fault.stack ?? fault.message}`);
  process.on('uncaughtExceptionMonitor', onFault);
  const settings = await openSettings(state, options.keychain ?? null);
  const machine = await openMachine(state);
  const datasets = openDatasets(state, (project) => emit({ type: 'datasetChanged', project }));
  const projects = await openProjects(
    state,
    (id, folder) => datasets.open(id, folder),
    (from, to) => datasets.moved(from, to),
  );
  const imaging = createImaging();
  const pictures = openPictures(cacheFolder(), imaging, () => settings.current().thumbnailGigabytes * 1e9);
  const throttle = createEventThrottle(emit);
  const queue = await openRunQueue(state, {
    onEvent: (project, run, event) => throttle.send(project, run, event),
    onChange: (entries) => {
      options.keepAwake(entries.some((entry) => entry.state === 'running'));
      // A training goes before a search for a learning rate, and before what is measured for the next run.
      if (entries.length > 0) {
        rates.cancel();
        measuring?.cancel();
      }
      emit({ type: 'queue', queue: [...entries] });
    },
    onEnd: (project) => emit({ type: 'runsChanged', project }),
    polite: () => settings.current().polite,
  });
  const rates = openLearningRates(() => queue.entries().length > 0);
  const weights = openWeights({
    folder: weightsFolder(),
    proxy: () => settings.current().proxy || null,
    onChange: () => emit({ type: 'weightsChanged' }),
  });
  const load = createLoadMeter(os.homedir(), () => queue.runningPid());
  const activities = new Map<string, Activity>();
  let measuring: Job | null = null;
  let nextActivity = 0;

  /** Runs something long with its progress shown everywhere. */
  async function active<T>(
    kind: Activity['kind'],
    project: string | null,
    work: (onEvent: (event: RunEvent) => void) => Promise<T>,
  ): Promise<T> {
    const id = `${kind}-${nextActivity++}`;
    const show = (activity: Activity): void => {
      activities.set(id, activity);
      emit({ type: 'activity', activity });
    };
    show({ id, kind, project, done: 0, total: 0, secondsLeft: null });
    try {
      return await work((event) => {
        if (event.type === 'progress')
          show({ id, kind, project, done: event.done, total: event.total, secondsLeft: event.secondsLeft });
      });
    } finally {
      activities.delete(id);
      emit({ type: 'activityEnded', id });
    }
  }

  const folderOf = (project: string): string => projects.folder(project);
  const runFolder = ({ project, run }: { project: string; run: string }): string => {
    const folder = folderOf(project);
    return insideFolder(folder, path.join(path.relative(folder, runsFolder(folder)), run));
  };
  const summaryOf = async (project: string, run: string): Promise<Output<'runs.change'>> => {
    const found = (await summarizeRuns(project, folderOf(project))).find(({ id }) => id === run);
    if (found === undefined) throw new Problem('file', 'This run is gone.');
    return found;
  };
  const recentChanged = (): void => emit({ type: 'recent', recent: [...projects.recent()] });

  const handlers: Handlers = {
    'studio.hello': async () => {
      await projects.look();
      return {
        version: productVersion,
        door: options.door,
        platform: process.platform,
        homeFolder: os.homedir(),
        settings: settings.current(),
        recent: [...projects.recent()],
        machine: machine.known(),
        queue: [...queue.entries()],
        activities: [...activities.values()],
      };
    },
    'studio.load': () => load(),
    'studio.diagnostics': async () => ({ text: diagnostics(), logFile: log.file }),
    'settings.set': async (part) => {
      const changed = await settings.change(part);
      emit({ type: 'settings', settings: changed });
      return changed;
    },
    'cache.clear': async ({ what }) => ({
      freedBytes: what === 'thumbnails' ? await pictures.clear() : await clearExcept(cacheFolder(), THUMBNAILS),
    }),
    'disk.usage': async () => {
      const there = projects.recent().filter(({ found }) => found);
      const uses = await Promise.all(
        there.map(async ({ id, name, folder }) => ({ project: id, name, ...(await diskUse(folder)) })),
      );
      return uses.filter(({ runs }) => runs > 0).sort((a, b) => b.bytes - a.bytes);
    },
    'disk.clean': async ({ project }) => {
      const freedBytes = await cleanProject(folderOf(project));
      emit({ type: 'runsChanged', project });
      return { freedBytes };
    },
    'cache.usage': async () => ({
      thumbnails: await pictures.usage(),
      pixels: (await folderBytes(cacheFolder())) - (await pictures.usage()),
    }),
    'machine.measure': () => active('measure', null, () => machine.measure()),
    'engines.speeds': () => rememberedSpeeds(),
    'engines.measureAgain': async ({ id }) => {
      const speed = (await rememberedSpeeds()).find((remembered) => remembered.id === id);
      if (speed === undefined) throw new Problem('file', 'This measurement was forgotten meanwhile.');
      if (queue.entries().length > 0)
        throw new Problem(
          'busy',
          'A run is training: what is measured beside it says little. Wait for its end, or stop it.',
        );
      await active('measure', null, () => measureAgain(speed));
      return {};
    },
    'engines.forget': async ({ id }) => {
      await forgetSpeed(id);
      return {};
    },
    'files.list': ({ folder }) => listFolder(folder),
    'files.find': async ({ name, files }) => ({
      folders: await findFolder(name, files, [
        os.homedir(),
        ...projects.recent().map(({ folder }) => path.dirname(folder)),
      ]),
    }),
    'files.reveal': async ({ project, path: file }) => {
      if (options.reveal === null) return { shown: false };
      const place = project === null ? (file === 'log' ? log.file : state) : insideFolder(folderOf(project), file);
      options.reveal(place);
      return { shown: true };
    },
    'project.open': async ({ folder }) => {
      const project = await projects.open(folder);
      recentChanged();
      return project;
    },
    'project.forget': async ({ project }) => {
      await projects.forget(project);
      recentChanged();
      return {};
    },
    'project.sample': () =>
      active('sample', null, async (onEvent) => {
        const folder = path.join(os.homedir(), 'Destila', 'Sample');
        const place = process.env.DESTILA_SAMPLE ?? folder;
        await startJob({ type: 'sample', folder: place }, { onEvent }).result;
        const project = await projects.open(place);
        recentChanged();
        return project;
      }),
    'project.relocate': async ({ project, folder }) => {
      const found = await projects.relocate(project, folder === '' ? null : folder);
      recentChanged();
      return found;
    },
    'dataset.read': ({ project }) => datasets.read(project, folderOf(project)),
    'dataset.check': ({ project }) =>
      active('check', project, (onEvent) => datasets.check(project, folderOf(project), onEvent)),
    'dataset.lastCheck': async ({ project }) => ({ result: await datasets.lastCheck(project) }),
    'dataset.draft': async ({ project, changes }) => {
      await datasets.draft(project, changes);
      return {};
    },
    'dataset.save': ({ project, changes }) => datasets.save(project, folderOf(project), changes),
    'dataset.line': ({ project, change }) => datasets.line(folderOf(project), change),
    'dataset.repair': async ({ project, code }) => {
      const repaired = await datasets.repair(project, folderOf(project), code);
      emit({ type: 'datasetChanged', project });
      return repaired;
    },
    'import.offers': ({ project }) => importOffers(folderOf(project)),
    'import.plan': async (request) =>
      planImport(folderOf(request.project), request, (await datasets.config(folderOf(request.project))).separator),
    'import.write': async (request) => {
      const folder = folderOf(request.project);
      await writeImport(
        folder,
        request,
        datasets.backupFolder(request.project),
        (await datasets.config(folder)).separator,
      );
      await datasets.draft(request.project, []);
      await projects.open(folder);
      recentChanged();
      emit({ type: 'datasetChanged', project: request.project });
      return {};
    },
    'weights.list': async ({ project }) => ({
      folder: weights.folder,
      entries: [...(project === null ? [] : await networksOfRuns(folderOf(project))), ...(await weights.list())],
    }),
    'weights.write': async ({ project, run, stage, format }) => {
      const folder = runFolder({ project, run });
      const file = z
        .string()
        .parse(await startJob({ type: 'writeNetwork', runFolder: folder, stage, format, out: null }).result);
      return { file: path.relative(folder, file).split(path.sep).join('/'), bytes: (await stat(file)).size };
    },
    'weights.download': async ({ id }) => {
      // Its end and its failure are told by the list.
      void weights.download(id).catch(() => undefined);
      return {};
    },
    'weights.cancel': async ({ id }) => {
      weights.cancel(id);
      return {};
    },
    'config.choices': ({ project }) => configChoices(folderOf(project)),
    'config.save': async ({ project, config }) => {
      await saveConfig(folderOf(project), config);
      return {};
    },
    'run.preflight': ({ project, config }) =>
      active('measure', project, async () => {
        const { split, vocabulary } = await datasets.read(project, folderOf(project));
        const count = (number: number): number => split.filter((found) => found === number).length;
        return preflight(
          folderOf(project),
          config,
          { train: count(0), val: count(1), test: count(2) },
          vocabulary.length,
          (job) => {
            measuring = job;
          },
        ).finally(() => {
          measuring = null;
        });
      }),
    'learningRate.find': async ({ project, config, network }) => {
      await active(network === 'teacher' ? 'teacherRate' : 'studentRate', project, (onEvent) =>
        rates.find({ project, folder: folderOf(project), config, network }, onEvent),
      );
      return {};
    },
    'learningRate.cancel': async () => {
      rates.cancel();
      return {};
    },
    'learningRate.found': async ({ project }) => rates.found(project),
    'runs.list': ({ project }) => summarizeRuns(project, folderOf(project)),
    'runs.start': async ({ project, config: asked, preset, expected }) => {
      await requireWeights(asked);
      const config =
        asked.engine.threads > 0
          ? asked
          : { ...asked, engine: { ...asked.engine, threads: threadsOf(settings.current()) } };
      const folder = await newRun({ project: folderOf(project), config, preset, runsFolder: null, expected });
      const summary = await summaryOf(project, path.basename(folder));
      await queue.add({ project, run: summary.id, name: summary.name, folder });
      emit({ type: 'runsChanged', project });
      return summary;
    },
    'runs.resume': async ({ project, run }) => {
      const { name } = await summaryOf(project, run);
      await queue.add({ project, run, name, folder: runFolder({ project, run }) });
      return {};
    },
    'runs.command': async ({ run, command }) => {
      await queue.command(run, command);
      return {};
    },
    'runs.cancel': async ({ run }) => {
      await queue.cancel(run);
      return {};
    },
    'runs.history': ({ project, run }) => readHistory(run, runFolder({ project, run }), folderOf(project)),
    'runs.change': async ({ project, run, ...change }) => {
      await changeRun(runFolder({ project, run }), change);
      emit({ type: 'runsChanged', project });
      return summaryOf(project, run);
    },
    'runs.delete': async ({ project, run }) => {
      await deleteRun(runFolder({ project, run }));
      emit({ type: 'runsChanged', project });
      return {};
    },
    'runs.clean': async ({ project, run }) => {
      const freedBytes = await cleanRun(runFolder({ project, run }));
      emit({ type: 'runsChanged', project });
      return { freedBytes };
    },
    'tune.read': async ({ project, run }) =>
      readTune(runFolder({ project, run }), (await summaryOf(project, run)).name),
    'tune.save': async ({ project, run, thresholds }) => {
      await saveThresholds(runFolder({ project, run }), thresholds);
      return {};
    },
    'tune.openTest': async ({ project, run }) => {
      await openTest(runFolder({ project, run }));
      emit({ type: 'runsChanged', project });
      return readTune(runFolder({ project, run }), (await summaryOf(project, run)).name);
    },
    'tune.attention': ({ project, run, path: image, label }) => attention(runFolder({ project, run }), image, label),
    'export.start': async ({ project, run }) => {
      // Its end and its failure are the answer to this call, not the end of the run.
      await exportRun(
        runFolder({ project, run }),
        (event) => {
          if (event.type === 'progress' || event.type === 'check' || event.type === 'stageFinished')
            throttle.send(project, run, event);
        },
        () => undefined,
      );
      emit({ type: 'runsChanged', project });
      return {};
    },
    'export.check': async ({ project, run }) => {
      await checkExport(runFolder({ project, run }), (event) => {
        if (event.type === 'check') throttle.send(project, run, event);
      });
      return {};
    },
    'export.read': async ({ project, run }) => ({
      export: await readExport(runFolder({ project, run }), (await summaryOf(project, run)).name),
    }),
    'export.file': async ({ project, run, name }) => bundleText(runFolder({ project, run }), name),
    'export.try': ({ project, run, image }) =>
      tryExport(
        runFolder({ project, run }),
        'path' in image ? { path: insideFolder(folderOf(project), image.path) } : image,
      ),
    'export.folder': ({ project, run, folder }) =>
      active('predict', project, (onEvent) => predictToCsv(runFolder({ project, run }), folder, onEvent)),
  };

  function diagnostics(): string {
    const known = machine.known();
    const facts = {
      version: productVersion,
      door: options.door,
      node: process.versions.node,
      system: `${os.type()} ${os.release()} ${os.arch()}`,
      memoryGigabytes: Math.round(os.totalmem() / 1e9),
      engines: known?.engines ?? null,
      cpu: known?.cpu ?? null,
      settings: { ...settings.current(), proxy: settings.current().proxy === '' ? '' : '<set>' },
      projects: projects.recent().map(({ images, labels, found }) => ({ images, labels, found })),
    };
    return redacted(
      `${JSON.stringify(facts, null, 2)}\n\nLast lines of the log:\n${log.tail(200)}\n`,
      projects.recent().map(({ folder }) => folder),
    );
  }

  async function call(method: Method, input: unknown): Promise<unknown> {
    const parsed = contract[method].input.safeParse(input);
    if (!parsed.success)
      throw new Problem(
        'internal',
        `The screen asked for ${method} in a way the studio does not know. Reload the window.`,
        parsed.error.message,
      );
    try {
      const handler = handlers[method] as (input: unknown) => Promise<unknown>;
      return await handler(parsed.data);
    } catch (error) {
      const problem = toProblemData(error);
      const text = `${method}: ${problem.kind}: ${problem.message}${problem.detail === undefined ? '' : `\n${problem.detail}`}`;
      // A folder that was asked for may be no project, and would stay in the log under its name.
      const { folder } = folderSchema.safeParse(input).data ?? {};
      log.write(folder === undefined || folder.length < 2 ? text : text.replaceAll(folder, '<folder>'));
      throw error;
    }
  }

  return {
    call,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    picture: (project, imagePath, query) => pictures.read(folderOf(project), imagePath, query),
    download: async (project, run, name) => {
      const folder = runFolder({ project, run });
      const file = insideFolder(folder, name);
      if (
        path.dirname(file) === path.join(folder, 'models') &&
        /^(teacher|student)_(timm\.safetensors|keras\.h5)$/.test(path.basename(file))
      )
        return file;
      const allowed = ['export', 'predictions', 'report']
        .map((name) => path.join(folder, name))
        .some((place) => path.dirname(file) === place);
      if (!allowed || !/\.(zip|csv|html)$/.test(file)) throw new Problem('file', `${name} is nothing to download.`);
      return file;
    },
    emit,
    runsActive: () => queue.entries().some(({ state: queueState }) => queueState !== 'waiting'),
    close: async (how) => {
      rates.cancel();
      if (how === 'stop') await queue.drain();
      datasets.dispose();
      imaging.dispose();
      throttle.dispose();
      process.off('uncaughtExceptionMonitor', onFault);
    },
  };
}
