import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { RunSummary } from '../../shared/contract/runs.ts';
import type { Activity, Hello, Project, StudioEvent } from '../../shared/contract/studio.ts';
import { settingsSchema } from '../../shared/contract/studio.ts';
import type { RunEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { quoted } from '../../shared/message.ts';
import type { Connection } from '../api/transport.ts';

const call = vi.fn<(method: string, input: unknown) => Promise<unknown>>();
/** What the studio says of itself, and what the window tells. */
let tell: (event: StudioEvent) => void;
let become: (connection: Connection) => void;
let hashChanged: () => void;
const location = { hash: '' };
vi.stubGlobal('location', location);
vi.stubGlobal('window', {
  addEventListener: (type: string, listener: () => void) => {
    if (type === 'hashchange') hashChanged = listener;
  },
});
vi.mock('../api/client.ts', () => ({
  call: (method: string, input: unknown) => call(method, input),
  listen: (onEvent: typeof tell, onConnection: typeof become) => {
    tell = onEvent;
    become = onConnection;
  },
}));
const studio = await import('./studio.ts');
const { changeSettings, connect, dismissProblem, go, openProject, openSample, refreshRuns, useStudio } = studio;
const state = useStudio.getState;

const settings = settingsSchema.parse({});
const project = (id: string, found = true): Project => ({
  ...{ id, name: id, folder: `/photos/${id}`, openedAt: '', found, images: 1, labels: 1, covers: [], lastRun: null },
});
const [cats, dogs, lost] = [project('cats'), project('dogs'), project('lost', false)];
const activity = (id: string, done = 0): Activity => ({
  ...{ id, kind: 'check', project: null, done, total: 9, secondsLeft: null },
});
const entry = { run: 'r', project: 'cats', name: 'Run 1', state: 'running' } as const;
const hello: Hello = {
  ...{ version: '1', door: 'browser', platform: 'linux', homeFolder: '/home', settings, machine: null },
  ...{ recent: [cats, dogs, lost], queue: [entry], activities: [activity('a')] },
};
const runs = (of: string): RunSummary[] => [{ id: `run of ${of}` } as RunSummary];

/** Answers of single methods; the others are those of a studio in which everything works. */
let answers: Record<string, (input: never) => unknown>;
const asked = (method: string): unknown[] =>
  call.mock.calls.flatMap(([name, input]) => (name === method ? [input] : []));
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};
const untouched = { ...state() };

beforeEach(async () => {
  location.hash = '';
  answers = {};
  call.mockReset().mockImplementation(async (method, input) => {
    const own = answers[method];
    if (own !== undefined) return own(input as never);
    if (method === 'studio.hello') return hello;
    if (method === 'runs.list') return runs((input as { project: string }).project);
    if (method === 'project.open') return project((input as { folder: string }).folder.replace('/photos/', ''));
    if (method === 'project.sample') return project('sample');
    if (method === 'settings.set') return { ...settings, ...(input as object) };
    throw new Error(`${method} is not expected`);
  });
  useStudio.setState(untouched, true);
  connect();
  become('there');
  await settled();
  call.mockClear();
});

describe('a window', () => {
  test('fetches all of the state when the studio is there, and again when it is back', async () => {
    expect(state()).toMatchObject({
      hello,
      settings,
      queue: [entry],
      activities: [activity('a')],
      connection: 'there',
    });
    useStudio.setState({ problem: { kind: 'internal', message: 'It is gone.' }, queue: [] });
    become('gone');
    await settled();
    expect(state()).toMatchObject({ connection: 'gone', queue: [] });
    expect(call).not.toHaveBeenCalled();
    become('there');
    await settled();
    expect(state()).toMatchObject({ connection: 'there', queue: [entry], problem: null });
  });

  test('stays as it is while the studio does not answer', async () => {
    answers['studio.hello'] = () => {
      throw Problem.from({ kind: 'internal', message: 'Gone again.' });
    };
    useStudio.setState({ queue: [] });
    become('there');
    await settled();
    expect(state()).toMatchObject({ queue: [], problem: { kind: 'internal' } });
    dismissProblem();
    expect(state().problem).toBeNull();
  });

  test.each([
    ['', 'welcome', null],
    ['#/cats/tune', 'tune', 'cats'],
    ['#/cats', 'welcome', 'cats'],
    ['#/cats/nonsense', 'welcome', 'cats'],
    ['#//settings', 'settings', null],
    // A project that is unknown or gone has no screens, but the settings are everybody's.
    ['#/unknown/tune', 'welcome', null],
    ['#/lost/data', 'welcome', null],
    ['#/lost/settings', 'settings', null],
  ])('at the address %j shows %s of %s', async (hash, screen, id) => {
    location.hash = hash;
    hashChanged();
    await settled();
    expect([state().screen, state().project?.id ?? null]).toEqual([screen, id]);
    expect(state().runs).toEqual(id === null ? [] : runs(id));
  });

  test('forgets the run of another project, and keeps it within its own', async () => {
    location.hash = '#/cats/tune';
    hashChanged();
    await settled();
    useStudio.setState({ run: 'r' });
    call.mockClear();
    location.hash = '#/cats/export';
    hashChanged();
    await settled();
    expect([state().screen, state().run, asked('runs.list')]).toEqual(['export', 'r', []]);
    answers['runs.list'] = () => new Promise(() => undefined);
    location.hash = '#/dogs/export';
    hashChanged();
    expect([state().project, state().run, state().runs]).toEqual([dogs, null, []]);
  });
});

describe('a screen', () => {
  test('is an address of its project; welcome belongs to none', () => {
    go('settings');
    expect(location.hash).toBe('#//settings');
    useStudio.setState({ project: cats, run: 'old' });
    go('tune');
    expect([location.hash, state().run]).toEqual(['#/cats/tune', 'old']);
    go('export', 'r');
    expect([location.hash, state().run]).toEqual(['#/cats/export', 'r']);
    go('welcome');
    expect(location.hash).toBe('#//welcome');
  });
});

describe('a project', () => {
  test('that is opened comes first among the recent ones, with its images and runs', async () => {
    useStudio.setState({ run: 'r', runs: runs('cats'), screen: 'tune' });
    await openProject('/photos/dogs');
    expect(state()).toMatchObject({ project: { id: 'dogs' }, runs: [], run: null, screen: 'data' });
    expect(state().hello!.recent.map(({ id }) => id)).toEqual(['dogs', 'cats', 'lost']);
    expect(location.hash).toBe('#/dogs/data');
    await settled();
    expect(state().runs).toEqual(runs('dogs'));
  });

  test('that cannot be opened leaves the one that is open', async () => {
    useStudio.setState({ project: cats });
    for (const [method, open] of [
      ['project.open', () => openProject('/photos/x')],
      ['project.sample', openSample],
    ] as const) {
      answers[method] = () => {
        throw Problem.from({ kind: 'file', message: 'It cannot be read.' });
      };
      await open();
      expect(state()).toMatchObject({ project: cats, problem: { kind: 'file' } });
    }
    expect(state().hello!.recent).toHaveLength(3);
  });

  test('may be the sample, even before the studio has said hello', async () => {
    useStudio.setState({ hello: null });
    await openSample();
    expect(state()).toMatchObject({ hello: null, project: { id: 'sample' }, screen: 'data' });
    expect(location.hash).toBe('#/sample/data');
  });

  test('gets its own runs, not those that another one asked for', async () => {
    const { promise, resolve } = Promise.withResolvers<RunSummary[]>();
    useStudio.setState({ project: cats, runs: [] });
    answers['runs.list'] = () => promise;
    const asking = refreshRuns();
    useStudio.setState({ project: dogs });
    resolve(runs('cats'));
    await asking;
    expect(state().runs).toEqual([]);
    useStudio.setState({ project: null });
    call.mockClear();
    await refreshRuns();
    expect(call).not.toHaveBeenCalled();
  });

  test('keeps the runs that it has when they cannot be read', async () => {
    useStudio.setState({ project: cats, runs: runs('cats') });
    answers['runs.list'] = () => {
      throw Problem.from({ kind: 'file', message: 'It cannot be read.' });
    };
    await refreshRuns();
    expect(state().runs).toEqual(runs('cats'));
  });
});

describe('what the studio tells', () => {
  const step: RunEvent = { type: 'step', stage: 'teacher', phase: 'head', epoch: 0, step: 1, metrics: {} };
  const progress = (done: number): RunEvent => ({
    type: 'progress',
    ...{ stage: 'teacher', activity: quoted(''), done, total: 9, unit: 'steps', rate: null, secondsLeft: null },
  });

  test('takes the place of what it said before', () => {
    tell({ type: 'queue', queue: [] });
    tell({ type: 'settings', settings: { ...settings, threads: 3 } });
    tell({ type: 'recent', recent: [dogs] });
    const load = { cpuShare: 0.5, memoryUsedBytes: 1, memoryTotalBytes: 2, diskFreeBytes: 3, jobBytes: null, gpus: [] };
    tell({ type: 'load', load });
    expect(state()).toMatchObject({
      queue: [],
      settings: { threads: 3 },
      hello: { version: '1', recent: [dogs] },
      load,
    });
    useStudio.setState({ hello: null });
    tell({ type: 'recent', recent: [cats] });
    expect(state().hello).toBeNull();
  });

  test('of activities each has one place, until it ends', () => {
    tell({ type: 'activity', activity: activity('b') });
    tell({ type: 'activity', activity: activity('a', 5) });
    expect(state().activities).toEqual([activity('b'), activity('a', 5)]);
    tell({ type: 'activityEnded', id: 'b' });
    expect(state().activities).toEqual([activity('a', 5)]);
  });

  test('of runs reads those of the open project again', async () => {
    useStudio.setState({ project: cats });
    tell({ type: 'runsChanged', project: 'dogs' });
    expect(asked('runs.list')).toEqual([]);
    tell({ type: 'runsChanged', project: 'cats' });
    expect(asked('runs.list')).toEqual([{ project: 'cats' }]);
    await settled();
    expect(state().runs).toEqual(runs('cats'));
  });

  test('of one run goes to the screens that listen; only the ends of stages read the runs again', () => {
    useStudio.setState({ project: cats });
    const heard: string[] = [];
    const silence = studio.onRunEvent((run, { type }) => heard.push(`${run} ${type}`));
    const event = (own: RunEvent): void => tell({ type: 'run', project: 'cats', run: 'r', event: own });
    event(step);
    event(progress(4));
    event(progress(5));
    tell({ type: 'run', project: 'cats', run: 'other', event: progress(1) });
    expect(state().progress).toEqual({ r: progress(5), other: progress(1) });
    expect(asked('runs.list')).toEqual([]);
    event({ type: 'stageStarted', stage: 'teacher', message: quoted('') });
    expect(asked('runs.list')).toHaveLength(1);
    event({ type: 'stageFinished', stage: 'teacher', seconds: 1, summary: {} });
    expect(asked('runs.list')).toHaveLength(2);
    silence();
    event(step);
    expect(heard).toEqual([
      ...['r step', 'r progress', 'r progress', 'other progress', 'r stageStarted', 'r stageFinished'],
    ]);
  });

  test('of files, weights and menus goes to who listens, as long as they do', async () => {
    const heard: string[] = [];
    const silences = [
      studio.onDatasetChanged((of) => heard.push(`files of ${of}`)),
      studio.onWeightsChanged(() => heard.push('weights')),
      studio.onCommand((command) => heard.push(command)),
    ];
    const all = (): void => {
      tell({ type: 'datasetChanged', project: 'cats' });
      tell({ type: 'weightsChanged' });
      tell({ type: 'command', command: 'save', folder: null });
    };
    all();
    expect(heard).toEqual(['files of cats', 'weights', 'save']);
    // A folder that was opened from the system is opened, and is no command of a screen.
    tell({ type: 'command', command: 'openFolder', folder: '/photos/dogs' });
    await settled();
    expect(state().project?.id).toBe('dogs');
    silences.forEach((silence) => silence());
    all();
    expect(heard).toHaveLength(3);
  });
});

test('settings are those that the studio took, or stay', async () => {
  await changeSettings({ threads: 2 });
  expect([asked('settings.set'), state().settings!.threads]).toEqual([[{ threads: 2 }], 2]);
  answers['settings.set'] = () => {
    throw Problem.from({ kind: 'diskFull', message: 'Full.' });
  };
  await changeSettings({ threads: 4 });
  expect(state()).toMatchObject({ settings: { threads: 2 }, problem: { kind: 'diskFull' } });
});

test('work that a person canceled is not reported as a problem', async () => {
  const cancelled = studio.attempt(() => Promise.reject(Problem.from({ kind: 'cancelled', message: 'As asked.' })));
  expect([await cancelled, state().problem]).toEqual([null, null]);
  expect(await studio.attempt(() => Promise.resolve(7))).toBe(7);
});
