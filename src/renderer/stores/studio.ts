import { create } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { RunSummary } from '../../shared/contract/runs.ts';
import type { Activity, Hello, Load, Project, QueueEntry, Settings } from '../../shared/contract/studio.ts';
import type { RunEvent } from '../../shared/events.ts';
import type { ProblemData } from '../../shared/problem.ts';
import { toProblemData } from '../../shared/problem.ts';
import type { Connection } from '../api/transport.ts';
import { call, listen } from '../api/client.ts';
import { targetOf } from './keys.ts';

export const screens = ['welcome', 'data', 'train', 'tune', 'compare', 'export', 'settings'] as const;
export type Screen = (typeof screens)[number];

export type Progress = Extract<RunEvent, { type: 'progress' }>;

/** State shared by all screens: the connection, the open project, its runs and jobs. */
interface StudioState {
  readonly hello: Hello | null;
  readonly connection: Connection;
  readonly screen: Screen;
  readonly project: Project | null;
  readonly runs: readonly RunSummary[];
  /** The run shown by Train, Tune and Export; null means the newest suitable one. */
  readonly run: string | null;
  readonly queue: readonly QueueEntry[];
  readonly activities: readonly Activity[];
  /** The last progress of each run that is being trained or exported. */
  readonly progress: Readonly<Record<string, Progress>>;
  readonly load: Load | null;
  readonly settings: Settings | null;
  readonly problem: ProblemData | null;
}

export const useStudio = create<StudioState>(() => ({
  hello: null,
  connection: 'gone',
  screen: 'welcome',
  project: null,
  runs: [],
  run: null,
  queue: [],
  activities: [],
  progress: {},
  load: null,
  settings: null,
  problem: null,
}));

/** Selects parts of the state, so that a component rerenders only when these change and not on every training event. */
export function useParts<K extends keyof StudioState>(...names: readonly K[]): Pick<StudioState, K> {
  return useStudio(
    useShallow((state) => Object.fromEntries(names.map((name) => [name, state[name]])) as Pick<StudioState, K>),
  );
}

/** A run's progress, updated every second; null before the first report. Only small components subscribe to it. */
export const useProgress = (run: string | null): Progress | null =>
  useStudio((state) => (run === null ? null : (state.progress[run] ?? null)));

const set = useStudio.setState;
const get = useStudio.getState;

/** Lets a screen subscribe to a run's events. */
type RunListener = (run: string, event: RunEvent) => void;
const runListeners = new Set<RunListener>();
export function onRunEvent(listener: RunListener): () => void {
  runListeners.add(listener);
  return () => void runListeners.delete(listener);
}
type DatasetListener = (project: string) => void;
const datasetListeners = new Set<DatasetListener>();
export function onDatasetChanged(listener: DatasetListener): () => void {
  datasetListeners.add(listener);
  return () => void datasetListeners.delete(listener);
}
type Listener = () => void;
const weightsListeners = new Set<Listener>();
export function onWeightsChanged(listener: Listener): () => void {
  weightsListeners.add(listener);
  return () => void weightsListeners.delete(listener);
}
type CommandListener = (command: string) => void;
const commandListeners = new Set<CommandListener>();
/** Undo and Redo of the menu act on the text field that is being edited, or else on the screen. */
function carryOut(command: string): void {
  if ((command === 'undo' || command === 'redo') && targetOf(document.activeElement) === 'text')
    document.execCommand(command);
  else commandListeners.forEach((listener) => listener(command));
}

/** Commands from native menus. */
export function onCommand(listener: CommandListener): () => void {
  commandListeners.add(listener);
  return () => void commandListeners.delete(listener);
}

/** Connects to the studio. After every reconnection the whole state is fetched again. */
export function connect(): void {
  listen(
    (event) => {
      switch (event.type) {
        case 'queue':
          return set({ queue: event.queue });
        case 'settings':
          return set({ settings: event.settings });
        case 'recent':
          return set({ hello: get().hello === null ? null : { ...get().hello!, recent: event.recent } });
        case 'load':
          return set({ load: event.load });
        case 'activity':
          return set({
            activities: [...get().activities.filter(({ id }) => id !== event.activity.id), event.activity],
          });
        case 'activityEnded':
          return set({ activities: get().activities.filter(({ id }) => id !== event.id) });
        case 'runsChanged':
          return void (event.project === get().project?.id && refreshRuns());
        case 'datasetChanged':
          return datasetListeners.forEach((listener) => listener(event.project));
        case 'weightsChanged':
          return weightsListeners.forEach((listener) => listener());
        case 'command':
          return event.folder === null ? carryOut(event.command) : void openProject(event.folder);
        case 'run':
          if (event.event.type === 'progress') set({ progress: { ...get().progress, [event.run]: event.event } });
          if (event.event.type === 'stageStarted' || event.event.type === 'stageFinished') void refreshRuns();
          runListeners.forEach((listener) => listener(event.run, event.event));
      }
    },
    (connection) => {
      set({ connection });
      if (connection === 'there') void catchUp();
    },
  );
  window.addEventListener('hashchange', () => void readHash());
}

async function catchUp(): Promise<void> {
  const hello = await attempt(() => call('studio.hello', {}));
  if (hello === null) return;
  set({ hello, settings: hello.settings, queue: hello.queue, activities: hello.activities, problem: null });
  await readHash();
  await refreshRuns();
}

/** '#/<project>/<screen>' makes a reload return to the same place. */
async function readHash(): Promise<void> {
  const [, project = '', screen = 'welcome'] = location.hash.split('/');
  const { hello } = get();
  const known = hello?.recent.find(({ id, found }) => id === project && found) ?? null;
  const wanted = (screens as readonly string[]).includes(screen) ? (screen as Screen) : 'welcome';
  const shown = known === null && wanted !== 'settings' ? 'welcome' : wanted;
  const changed = known?.id !== get().project?.id;
  set({ project: known, screen: shown, ...(changed && { runs: [], run: null }) });
  if (changed) await refreshRuns();
}

export function go(screen: Screen, run?: string): void {
  if (run !== undefined) set({ run });
  location.hash = `#/${screen === 'welcome' ? '' : (get().project?.id ?? '')}/${screen}`;
}

export async function openProject(folder: string): Promise<void> {
  const project = await attempt(() => call('project.open', { folder }));
  if (project === null) return;
  enter(project);
}

export async function openSample(): Promise<void> {
  const project = await attempt(() => call('project.sample', {}));
  if (project !== null) enter(project);
}

export function enter(project: Project): void {
  const { hello } = get();
  if (hello !== null)
    set({ hello: { ...hello, recent: [project, ...hello.recent.filter(({ id }) => id !== project.id)] } });
  set({ project, runs: [], run: null, screen: 'data' });
  location.hash = `#/${project.id}/data`;
  void refreshRuns();
}

export async function refreshRuns(): Promise<void> {
  const { project } = get();
  if (project === null) return;
  const runs = await attempt(() => call('runs.list', { project: project.id }));
  if (runs !== null && get().project?.id === project.id) set({ runs });
}

export async function changeSettings(part: Partial<Settings>): Promise<void> {
  const settings = await attempt(() => call('settings.set', part));
  if (settings !== null) set({ settings });
}

/** Runs the call; on failure shows the problem on the page and resolves to null. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    const problem = toProblemData(error);
    // The person who canceled it knows.
    if (problem.kind !== 'cancelled') set({ problem });
    return null;
  }
}

export const dismissProblem = (): void => set({ problem: null });
