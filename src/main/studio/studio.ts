import os from 'node:os';
import { z } from 'zod';
import type { Method, PictureQuery } from '../../shared/contract/contract.ts';
import type { StudioEvent } from '../../shared/contract/studio.ts';
import { Problem, toProblemData } from '../../shared/problem.ts';
import { createImaging } from '../jobs/imaging.ts';
import { contractInput } from './contractInput.ts';
import { engineHandlers } from './engines/handlers.ts';
import { downloadableFile, exportHandlers } from './exporting/handlers.ts';
import { checkDataset, labelHandlers } from './labels/handlers.ts';
import { projectHandlers } from './projects/handlers.ts';
import { openPictures } from './projects/pictures.ts';
import type { Projects } from './projects/projects.ts';
import { openProjects } from './projects/projects.ts';
import { createEventThrottle } from './runs/eventThrottle.ts';
import { runHandlers } from './runs/handlers.ts';
import { openRunQueue } from './runs/runQueue.ts';
import { runPlace } from './runs/runs.ts';
import { sealedEvent } from './runs/seal.ts';
import type { DoorOptions, Handlers, StudioServices } from './services.ts';
import { cacheFolder, stateFolder, givenWeightsFolders, weightsFolder } from './state/places.ts';
import { openSettings } from './state/settings.ts';
import { requireWritable } from './state/writable.ts';
import { openActivities } from './system/activities.ts';
import { systemHandlers } from './system/handlers.ts';
import type { Log } from './system/log.ts';
import { openLog } from './system/log.ts';
import { createLoadMeter, openMachine } from './system/machine.ts';
import { openThreadClient } from './thread/threadClient.ts';
import type { ThreadMethod } from './thread/protocol.ts';
import { isThreadMethod } from './thread/protocol.ts';
import { trainingHandlers } from './training/handlers.ts';
import { openLearningRates } from './training/learningRates.ts';
import { weightsHandlers } from './weights/handlers.ts';
import { openWeights } from './weights/weights.ts';

/**
 * The studio behind every door: the methods of the contract, and events. It loads no native engine, because a crash of
 * one would end the studio; jobs and the imaging process load them.
 */
export interface Studio {
  /** Takes the input and returns the answer as JSON of any length; rejects with a Problem. Doors use this. */
  answer(method: Method, input: Uint8Array): Promise<Uint8Array>;
  /** The same with values, for small inputs and answers. */
  call(method: Method, input: unknown): Promise<unknown>;
  subscribe(listener: (event: StudioEvent) => void): () => void;
  picture(project: string, imagePath: string, query: PictureQuery): Promise<{ bytes: Uint8Array; type: string }>;
  pictureVersion(project: string, imagePath: string): Promise<string>;
  /**
   * Absolute path of a file that a person may open or download: a bundle, predictions, weights or the report of a run.
   */
  download(project: string, run: string, name: string): Promise<string>;
  /** Sends an event of the door itself, such as a menu command of the desktop. */
  emit(event: StudioEvent): void;
  runsActive(): boolean;
  /** Stops running jobs at a checkpoint, or kills them, and releases everything. */
  close(how: 'stop' | 'kill'): Promise<void>;
}

type Handled = Exclude<Method, ThreadMethod>;

export async function createStudio(options: DoorOptions): Promise<Studio> {
  await requireWritable(stateFolder());
  const log = openLog(stateFolder());
  const { emit, subscribe } = createEvents(log);
  const logFault = (fault: Error): void => log.write(`uncaughtException: ${fault.stack ?? fault.message}`);
  process.on('uncaughtExceptionMonitor', logFault);
  const { services, dispose } = await openServices(options, log, emit);
  const { thread, queue, pictures, folderOf, runFolder } = services;
  const handlers: Handlers<Handled> = {
    ...systemHandlers(services),
    ...engineHandlers(services),
    ...projectHandlers(services),
    ...labelHandlers(services),
    ...weightsHandlers(services),
    ...trainingHandlers(services),
    ...runHandlers(services),
    ...exportHandlers(services),
  };

  const handle = async (method: Handled, input: unknown): Promise<Uint8Array> => {
    const parsed = contractInput(method, input);
    const handler = handlers[method] as (input: unknown) => Promise<unknown>;
    return Buffer.from(JSON.stringify(await handler(parsed)));
  };
  const answer = async (method: Method, body: Uint8Array): Promise<Uint8Array> => {
    try {
      if (isThreadMethod(method)) return await thread.answer(method, body);
      if (method === 'dataset.check') return await checkDataset(services, contractInput(method, inputOf(body)).project);
      return await handle(method, inputOf(body));
    } catch (error) {
      logFailure(log, method, body, error);
      throw error;
    }
  };
  return {
    answer,
    call: async (method, input) =>
      JSON.parse(textOf(await answer(method, Buffer.from(JSON.stringify(input ?? null))))) as unknown,
    subscribe,
    picture: (project, imagePath, query) => pictures.read(folderOf(project), imagePath, query),
    pictureVersion: (project, imagePath) => pictures.version(folderOf(project), imagePath),
    download: async (project, run, name) => downloadableFile(runFolder({ project, run }), name),
    emit,
    runsActive: () => queue.entries().some(({ state }) => state !== 'waiting'),
    close: async (how) => {
      await dispose(how);
      process.off('uncaughtExceptionMonitor', logFault);
    },
  };
}

function createEvents(log: Log): Pick<Studio, 'emit' | 'subscribe'> {
  const listeners = new Set<(event: StudioEvent) => void>();
  return {
    emit: (event) => {
      for (const listener of listeners) {
        // Jobs send events. A window that fails to take one, because it was just closed, must not end the job.
        try {
          listener(event);
        } catch (error) {
          log.write(`eventListener: ${(error as Error).stack ?? String(error)}`);
        }
      }
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function openServices(
  options: DoorOptions,
  log: Log,
  emit: (event: StudioEvent) => void,
): Promise<{ services: StudioServices; dispose(how: 'stop' | 'kill'): Promise<void> }> {
  const state = stateFolder();
  const settings = await openSettings(state, options.keychain ?? null);
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
  const throttle = createEventThrottle(emit);
  const activities = openActivities(emit);
  const queue = await openRunQueue(state, {
    onEvent: (project, run, event) => throttle.send(project, run, sealedEvent(event)),
    onChange: (entries) => {
      options.keepAwake(entries.some((entry) => entry.state === 'running'));
      // A training has priority over a learning-rate search and over measurements for the next run.
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
  const folderOf = (project: string): string => projects.folder(project);
  const services: StudioServices = {
    options,
    stateFolder: state,
    log,
    settings,
    machine: await openMachine(state),
    load: createLoadMeter(os.homedir(), () => queue.runningPid()),
    projects,
    pictures: openPictures(cacheFolder(), imaging, (folder) =>
      thread.run('shrinkFolder', { folder, maxBytes: settings.current().thumbnailGigabytes * 1e9 }),
    ),
    activities,
    queue,
    throttle,
    rates,
    weights: openWeights({
      folder: weightsFolder(),
      given: givenWeightsFolders(),
      proxy: () => settings.current().proxy || null,
      onChange: () => emit({ type: 'weightsChanged' }),
    }),
    thread,
    emit,
    folderOf,
    runFolder: ({ project, run }) => runPlace(folderOf(project), run),
  };
  const dispose = async (how: 'stop' | 'kill'): Promise<void> => {
    activities.cancelAll();
    await queue.close(how);
    thread.dispose();
    imaging.dispose();
    throttle.dispose();
  };
  return { services, dispose };
}

const textOf = (json: Uint8Array): string =>
  Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString('utf8');

function inputOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(body));
  } catch (error) {
    throw new Problem('internal.requestUnreadable', {}, (error as Error).message);
  }
}

const folderSchema = z.object({ folder: z.string() });
/** Only short requests can consist of the name of a folder. */
const LONGEST_WITH_FOLDER = 10_000;

function logFailure(log: Log, method: Method, body: Uint8Array, error: unknown): void {
  const problem = toProblemData(error);
  const text = `${method}: ${problem.kind}: ${problem.message}${problem.detail === undefined ? '' : `\n${problem.detail}`}`;
  // A requested folder need not be a project, so `redacted` would not know its name.
  const { folder } = body.length > LONGEST_WITH_FOLDER ? {} : (folderSchema.safeParse(inputOf(body)).data ?? {});
  log.write(folder === undefined || folder.length < 2 ? text : text.replaceAll(folder, '<folder>'));
}
