import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { Method, Output, PictureQuery } from '../../shared/contract/contract.ts';
import type { StudioEvent } from '../../shared/contract/studio.ts';
import { Problem, toProblemData } from '../../shared/problem.ts';
import { createImaging } from '../jobs/imaging.ts';
import { startJob } from '../jobs/startJob.ts';
import type { Parsed } from './contractInput.ts';
import { contractInput } from './contractInput.ts';
import { openActivities } from './system/activities.ts';
import { requireMeasurableMonitors } from '../pipeline/stages/monitors.ts';
import { mapBounded } from '../pipeline/storage/bounded.ts';
import { insideFolder } from '../pipeline/storage/insideFolder.ts';
import { findFolder } from './projects/browse.ts';
import { folderBytes } from './state/folderBytes.ts';
import { measureAgain } from './engines/chooseEngine.ts';
import { forgetSpeed, rememberedSpeeds } from './engines/speeds.ts';
import { occlusionMap } from './runs/tuning.ts';
import { bundleText, checkExport, exportRun, predictToCsv, readExport, tryExport } from './exporting/exports.ts';
import { takeOverLabels } from './labels/labelLock.ts';
import { rememberUnlabeled } from './labels/unlabeled.ts';
import { openLog, redacted } from './system/log.ts';
import { createLoadMeter, openMachine, threadsOf } from './system/machine.ts';
import { clearExcept, openPictures, THUMBNAILS } from './projects/pictures.ts';
import { cacheFolder, stateFolder, weightsFolder } from './state/places.ts';
import type { Projects } from './projects/projects.ts';
import { openProjects } from './projects/projects.ts';
import { changeRun, cleanProject, cleanRun, deleteRun, diskUse, newRun, runPlace, takeOverRun } from './runs/runs.ts';
import type { Keychain } from './state/settings.ts';
import { openSettings } from './state/settings.ts';
import { openThreadClient } from './thread/threadClient.ts';
import type { ThreadMethod } from './thread/protocol.ts';
import { isThreadMethod } from './thread/protocol.ts';
import { configChoices, projectConfig, saveConfig } from './training/configChoices.ts';
import { sealedEvent } from './runs/seal.ts';
import { createEventThrottle } from './runs/eventThrottle.ts';
import { openLearningRates } from './training/learningRates.ts';
import { preflight, requireWeights } from './training/preflight.ts';
import { openRunQueue } from './runs/runQueue.ts';
import { runName, summarizeRun, summarizeRuns } from './runs/runSummary.ts';
import { networksOfRuns } from './weights/networksOfRuns.ts';
import { openWeights } from './weights/weights.ts';

/** The studio behind every door: each method of the contract, and events. It loads no native engine; jobs and the imaging process do. */
export interface Studio {
  /** JSON of the input to JSON of the answer, both of any length; rejects with a Problem. What doors use. */
  answer(method: Method, input: Uint8Array): Promise<Uint8Array>;
  /** The same as values, for what is small. */
  call(method: Method, input: unknown): Promise<unknown>;
  subscribe(listener: (event: StudioEvent) => void): () => void;
  picture(project: string, imagePath: string, query: PictureQuery): Promise<{ bytes: Uint8Array; type: string }>;
  pictureVersion(project: string, imagePath: string): Promise<string>;
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
/** Longer requests name no folder that was only asked for. */
const LONGEST_LOGGED = 10_000;

const textOf = (json: Uint8Array): string =>
  Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString('utf8');

function inputOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(body));
  } catch (error) {
    throw new Problem('internal', 'The request could not be read.', (error as Error).message);
  }
}

type Handlers = {
  readonly [M in Exclude<Method, ThreadMethod>]: (input: Parsed<M>) => Promise<Output<M>>;
};

export const productVersion = (
  JSON.parse(readFileSync(path.join(import.meta.dirname, '..', '..', '..', 'package.json'), 'utf8')) as {
    version: string;
  }
).version;

export async function createStudio(options: DoorOptions): Promise<Studio> {
  const state = stateFolder();
  const log = openLog(state);
  const listeners = new Set<(event: StudioEvent) => void>();
  const emit = (event: StudioEvent): void => {
    for (const listener of listeners) {
      // Events come out of jobs' messages: a window that cannot take one (it was just closed) must not end them.
      try {
        listener(event);
      } catch (error) {
        log.write(`eventListener: ${(error as Error).stack ?? String(error)}`);
      }
    }
  };
  // Told to the log even if it ends the studio.
  const onFault = (fault: Error): void => log.write(`uncaughtException: ${fault.stack ?? fault.message}`);
  process.on('uncaughtExceptionMonitor', onFault);
  const settings = await openSettings(state, options.keychain ?? null);
  const machine = await openMachine(state);
  const thread = openThreadClient(
    state,
    () => Object.fromEntries(projects.recent().map(({ id, folder }) => [id, folder])),
    emit,
  );
  const projects: Projects = await openProjects(
    state,
    (id, folder) => thread.run('summarizeProject', { id, folder }),
    async (from, to) => void (await thread.run('moveDataset', { from, to })),
  );
  const imaging = createImaging();
  const pictures = openPictures(cacheFolder(), imaging, (folder) =>
    thread.run('shrinkFolder', { folder, maxBytes: settings.current().thumbnailGigabytes * 1e9 }),
  );
  const throttle = createEventThrottle(emit);
  const activities = openActivities(emit);
  const queue = await openRunQueue(state, {
    onEvent: (project, run, event) => throttle.send(project, run, sealedEvent(event)),
    onChange: (entries) => {
      options.keepAwake(entries.some((entry) => entry.state === 'running'));
      // A training goes before a search for a learning rate, and before what is measured for the next run.
      if (entries.length > 0) {
        rates.cancel();
        activities.cancelKind('preflight');
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
  const folderOf = (project: string): string => projects.folder(project);
  const runFolder = ({ project, run }: { project: string; run: string }): string => runPlace(folderOf(project), run);
  const summaryOf = (project: string, run: string): Promise<Output<'runs.change'>> =>
    summarizeRun(project, runFolder({ project, run }));
  const recentChanged = (): void => emit({ type: 'recent', recent: [...projects.recent()] });

  const handlers: Handlers = {
    'studio.hello': async () => {
      await projects.refresh();
      return {
        version: productVersion,
        door: options.door,
        platform: process.platform,
        homeFolder: os.homedir(),
        settings: settings.current(),
        recent: [...projects.recent()],
        machine: machine.known(),
        queue: [...queue.entries()],
        activities: [...activities.current()],
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
    'activity.cancel': async ({ id }) => {
      activities.cancel(id);
      return {};
    },
    'machine.measure': () => activities.during('measure', null, ({ signal }) => machine.measure(signal)),
    'engines.speeds': () => rememberedSpeeds(),
    'engines.measureAgain': async ({ id }) => {
      const speed = (await rememberedSpeeds()).find((remembered) => remembered.id === id);
      if (speed === undefined) throw new Problem('file', 'This measurement was forgotten meanwhile.');
      if (queue.entries().length > 0)
        throw new Problem(
          'busy',
          'A run is training: what is measured beside it says little. Wait for its end, or stop it.',
        );
      await activities.during('measure', null, ({ signal }) => measureAgain(speed, signal));
      return {};
    },
    'engines.forget': async ({ id }) => {
      await forgetSpeed(id);
      return {};
    },
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
    'pictures.versions': async ({ project, paths }) => ({
      versions: await mapBounded(paths, (path) => pictures.version(folderOf(project), path).catch(() => '')),
    }),
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
      activities.during('sample', null, async (watcher) => {
        const folder = path.join(os.homedir(), 'Destila', 'Sample');
        const place = process.env.DESTILA_SAMPLE ?? folder;
        await startJob({ type: 'sample', folder: place }, watcher).result;
        const project = await projects.open(place);
        recentChanged();
        return project;
      }),
    'project.takeOver': async ({ project }) => {
      await takeOverLabels(folderOf(project));
      return {};
    },
    'project.relocate': async ({ project, folder }) => {
      const found = await projects.relocate(project, folder === '' ? null : folder);
      recentChanged();
      return found;
    },
    'dataset.check': async ({ project }) => JSON.parse(textOf(await checkDataset(project))) as Output<'dataset.check'>,
    'dataset.unlabeled': async ({ project, answer }) => {
      await rememberUnlabeled(folderOf(project), answer);
      emit({ type: 'datasetChanged', project });
      return {};
    },
    'import.write': async (request) => {
      const folder = folderOf(request.project);
      await activities.during('import', request.project, () => thread.run('writeImport', { folder, request }));
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
      const file = await activities.during('weights', project, async (watcher) =>
        z
          .string()
          .parse(await startJob({ type: 'writeNetwork', runFolder: folder, stage, format, out: null }, watcher).result),
      );
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
      activities.during('preflight', project, async ({ signal }) => {
        const { images, labels, labeledVal } = await thread.run('countDataset', {
          id: project,
          folder: folderOf(project),
        });
        return preflight(folderOf(project), config, { ...images, labeledVal }, labels, signal);
      }),
    'learningRate.find': async ({ project, config, network }) => {
      await activities.during(network === 'teacher' ? 'teacherRate' : 'studentRate', project, (watcher) =>
        rates.find({ project, folder: folderOf(project), config, network }, watcher),
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
      const { images, labeledVal } = await thread.run('countDataset', { id: project, folder: folderOf(project) });
      // What is wrong with empty lists the run's own check says better.
      if (images.val > 0) requireMeasurableMonitors(asked, labeledVal > 0);
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
      const name = await runName(runFolder({ project, run }));
      await queue.add({ project, run, name, folder: runFolder({ project, run }) });
      return {};
    },
    'runs.takeOver': async ({ project, run }) => {
      await takeOverRun(runFolder({ project, run }));
      emit({ type: 'runsChanged', project });
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
    'tune.occlusionMap': ({ project, run, path: image, label }) =>
      activities.during('occlusion', project, async ({ signal }) => {
        const folder = runFolder({ project, run });
        return occlusionMap(folder, await thread.run('imageOfRun', { folder, path: image }), label, signal);
      }),
    'export.start': async ({ project, run }) => {
      // Its end and its failure are the answer to this call, not the end of the run.
      await activities.during('export', project, ({ onEvent, signal }) =>
        exportRun(runFolder({ project, run }), {
          signal,
          onEvent: (event) => {
            onEvent(event);
            if (event.type === 'progress' || event.type === 'check' || event.type === 'stageFinished')
              throttle.send(project, run, event);
          },
        }),
      );
      emit({ type: 'runsChanged', project });
      return {};
    },
    'export.check': async ({ project, run }) => {
      await activities.during('verify', project, ({ signal }) =>
        checkExport(runFolder({ project, run }), {
          signal,
          onEvent: (event) => {
            if (event.type === 'check') throttle.send(project, run, event);
          },
        }),
      );
      return {};
    },
    'export.read': async ({ project, run }) => ({
      export: await readExport(runFolder({ project, run }), await runName(runFolder({ project, run }))),
    }),
    'export.file': async ({ project, run, name }) => bundleText(runFolder({ project, run }), name),
    'export.try': ({ project, run, image }) =>
      activities.during('try', project, ({ signal }) =>
        tryExport(
          runFolder({ project, run }),
          'path' in image ? { path: insideFolder(folderOf(project), image.path) } : image,
          signal,
        ),
      ),
    'export.folder': ({ project, run, folder }) =>
      activities.during('predict', project, (watcher) => predictToCsv(runFolder({ project, run }), folder, watcher)),
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

  /** What a check found goes from its job to the screen as bytes: 100,000 sizes and every problem. */
  const checkDataset = (project: string): Promise<Uint8Array> =>
    activities.during('check', project, async (watcher) => {
      const folder = folderOf(project);
      const file = path.join(cacheFolder(), `check-${randomUUID()}.json`);
      try {
        const { data } = await projectConfig(folder);
        const request = {
          type: 'check',
          project: folder,
          config: data,
          cacheFolder: cacheFolder(),
          out: file,
        } as const;
        await startJob(request, watcher).result;
        return await thread.runToJson('keepCheck', { id: project, file });
      } finally {
        await rm(file, { force: true });
      }
    });

  async function handle(method: Exclude<Method, ThreadMethod>, input: unknown): Promise<unknown> {
    const parsed = contractInput(method, input);
    const handler = handlers[method] as (input: unknown) => Promise<unknown>;
    return handler(parsed);
  }

  async function answer(method: Method, body: Uint8Array): Promise<Uint8Array> {
    try {
      if (isThreadMethod(method)) return await thread.answer(method, body);
      const input = inputOf(body);
      if (method === 'dataset.check') return await checkDataset(contractInput(method, input).project);
      return Buffer.from(JSON.stringify(await handle(method, input)));
    } catch (error) {
      const problem = toProblemData(error);
      const text = `${method}: ${problem.kind}: ${problem.message}${problem.detail === undefined ? '' : `\n${problem.detail}`}`;
      // A folder that was asked for may be no project, and would stay in the log under its name.
      const { folder } = body.length > LONGEST_LOGGED ? {} : (folderSchema.safeParse(inputOf(body)).data ?? {});
      log.write(folder === undefined || folder.length < 2 ? text : text.replaceAll(folder, '<folder>'));
      throw error;
    }
  }

  return {
    answer,
    call: async (method, input) =>
      JSON.parse(textOf(await answer(method, Buffer.from(JSON.stringify(input ?? null))))) as unknown,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    picture: (project, imagePath, query) => pictures.read(folderOf(project), imagePath, query),
    pictureVersion: (project, imagePath) => pictures.version(folderOf(project), imagePath),
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
      activities.cancelAll();
      await queue.close(how);
      thread.dispose();
      imaging.dispose();
      throttle.dispose();
      process.off('uncaughtExceptionMonitor', onFault);
    },
  };
}
