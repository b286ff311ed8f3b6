import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CheckResult, DatasetIndex, LineChange } from '../../shared/contract/dataset.ts';
import type { Finding } from '../../shared/findings.ts';
import { quoted } from '../../shared/message.ts';
import type { RunSummary } from '../../shared/contract/runs.ts';
import type { StudioEvent } from '../../shared/contract/studio.ts';
import { Problem } from '../../shared/problem.ts';

/** What the Data screen asks of the studio, and when. */
const call = vi.fn<(method: string, input: unknown) => Promise<unknown>>();
let tell: (event: StudioEvent) => void;
vi.stubGlobal('window', { addEventListener: () => undefined });
vi.mock('../api/client.ts', () => ({
  call: (method: string, input: unknown) => call(method, input),
  listen: (onEvent: typeof tell) => {
    tell = onEvent;
  },
}));
const { connect, useStudio } = await import('./studio.ts');
const dataset = await import('./dataset.ts');
const { changeImages, flushDraft, labelNumber, loadDataset, pendingCount, redo, saveEdits, shownFacts, undo } = dataset;
const { resolveConflict } = dataset;
const { useDataset } = dataset;
const { withLabel } = await import('../data/labelEdits.ts');
connect();

const state = useDataset.getState;
const index = (part: Partial<DatasetIndex> = {}): DatasetIndex => ({
  ...{ project: 'p', vocabulary: ['fig', 'plum'], separator: 'tab', paths: ['a', 'b', 'c'], split: [0, 0, 1] },
  ...{ line: [1, 2, 1], labels: [[0], [1], [1]], files: { train: 'x', val: 'y', test: '' }, findings: [], draft: [] },
  ...{ unlisted: null, unlabeled: 'ask' },
  ...part,
});
const finding = (path: string): Finding => ({
  ...{ code: 'missing', severity: 'error', message: quoted(''), detail: null, split: 'train', file: 'train.txt' },
  ...{ line: 1, path, label: null, others: [] },
});
const check = (...paths: string[]): CheckResult => ({ checkedAt: '', findings: paths.map(finding), sizes: {} });

let answers: Record<string, (input: { project: string }) => unknown>;
const asked = (method: string): unknown[] =>
  call.mock.calls.flatMap(([name, input]) => (name === method ? [input] : []));
const methods = (): string[] => call.mock.calls.map(([name]) => name);
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};
const add = (image: number, name: string): void => {
  const label = labelNumber(name);
  changeImages([image], (before) => withLabel(before, label));
};
const refused = (): never => {
  throw new Problem('file.missing', { path: 'a' });
};
const untouched = { ...state() };

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  answers = {};
  call.mockReset().mockImplementation(async (method, input) => {
    const own = answers[method];
    if (own !== undefined) return own(input as { project: string });
    if (method === 'dataset.read') return index();
    if (method === 'dataset.lastCheck') return { result: null };
    if (method === 'dataset.save') return { state: 'saved', lines: 1, backup: '' };
    return {};
  });
  useStudio.setState({ problem: null, runs: [] });
  useDataset.setState(untouched, true);
  await loadDataset('p');
  call.mockClear();
});
afterEach(() => {
  flushDraft();
  vi.useRealTimers();
});

describe('a project that is shown', () => {
  test('starts from nothing of the one before it', async () => {
    expect(state()).toMatchObject({
      ...{ project: 'p', edited: new Set(), done: [], undone: [], saving: false, conflicts: [], check: null },
      ...{ opinion: null, order: 'file', selected: new Set(), viewer: null, splitting: false, focus: 0, edge: 148 },
      counts: { all: [1, 2], images: [2, 1, 0] },
      frequent: [1, 0],
    });
    add(0, 'plum');
    useDataset.setState({
      ...{ order: 'most', selected: new Set([1]), viewer: 1, splitting: true, check: check('a') },
    });
    answers['dataset.read'] = () => index({ project: 'q', paths: ['z'], split: [0], line: [1], labels: [[]] });
    await loadDataset('q');
    // What was edited is kept aside first.
    expect(asked('dataset.draft')).toMatchObject([{ project: 'p', changes: [{ path: 'a', after: ['fig', 'plum'] }] }]);
    expect(state()).toMatchObject({
      ...{ project: 'q', done: [], order: 'file', selected: new Set(), viewer: null, splitting: false, check: null },
      ...{ shown: [0], focus: 0 },
    });
    vi.runAllTimers();
    expect(asked('dataset.draft')).toHaveLength(1);
  });

  test('takes up the edits that were kept aside', async () => {
    const change: LineChange = { split: 'train', line: 1, path: 'a', before: ['fig'], after: ['kiwi'], to: 'val' };
    const lost: LineChange = { ...change, path: 'b', before: ['fig'], after: [], to: 'train' };
    answers['dataset.read'] = () => index({ draft: [change, lost] });
    useDataset.setState(untouched, true);
    await loadDataset('p');
    expect(state().labeled).toMatchObject({
      vocabulary: ['fig', 'plum', 'kiwi'],
      states: [{ labels: [2], split: 1 }, {}, {}],
    });
    expect([pendingCount(state()), state().conflicts]).toMatchObject([1, [{ path: 'b', yours: [], disk: ['plum'] }]]);
    // They are on disk already.
    vi.runAllTimers();
    expect(asked('dataset.draft')).toEqual([]);
  });

  test('shows what the last check found, and before it what the label files say', async () => {
    answers['dataset.read'] = () => index({ findings: [finding('c')] });
    answers['dataset.lastCheck'] = () => ({ result: check('b') });
    await loadDataset('p');
    // It is asked for once: what the screen has is as new.
    expect(asked('dataset.lastCheck')).toEqual([]);
    expect(shownFacts(state()).problemPaths).toEqual(new Map([['missing', new Set(['c'])]]));
    useDataset.setState(untouched, true);
    await loadDataset('p');
    expect(asked('dataset.lastCheck')).toEqual([{ project: 'p' }]);
    expect(state().check).toEqual(check('b'));
    expect(shownFacts(state()).problemPaths).toEqual(new Map([['missing', new Set(['b'])]]));
    expect(shownFacts(untouched)).toMatchObject({ paths: [], problemPaths: new Map() });
  });

  test('does without a check that cannot be read; files that cannot be are a problem', async () => {
    answers['dataset.lastCheck'] = refused;
    useDataset.setState(untouched, true);
    await loadDataset('p');
    expect([state().index, state().check, useStudio.getState().problem]).toEqual([index(), null, null]);
    answers['dataset.read'] = refused;
    useDataset.setState(untouched, true);
    await loadDataset('p');
    expect([state().index, useStudio.getState().problem?.kind]).toEqual([null, 'file']);
  });

  test.each(['dataset.read', 'dataset.lastCheck'])(
    'is not mixed with another that is shown while %s answers',
    async (method) => {
      useDataset.setState(untouched, true);
      const { promise, resolve } = Promise.withResolvers<unknown>();
      answers[method] = ({ project }) =>
        project === 'p' ? promise : method === 'dataset.read' ? index() : { result: null };
      const loading = loadDataset('p');
      await settled();
      await loadDataset('q');
      resolve(
        method === 'dataset.read'
          ? index({ paths: ['late'], split: [0], line: [1], labels: [[]] })
          : { result: check('a') },
      );
      await loading;
      expect(state()).toMatchObject({ project: 'q', index: { paths: ['a', 'b', 'c'] }, check: null });
    },
  );

  test('is read again when its files changed, unless it is being saved or another one is shown', async () => {
    tell({ type: 'datasetChanged', project: 'q' });
    useDataset.setState({ saving: true });
    tell({ type: 'datasetChanged', project: 'p' });
    expect(methods()).toEqual([]);
    useDataset.setState({ saving: false });
    tell({ type: 'datasetChanged', project: 'p' });
    expect(asked('dataset.read')).toEqual([{ project: 'p' }]);
    await settled();
  });
});

describe('edits', () => {
  test('are kept aside together, soon after the last one', () => {
    add(0, 'plum');
    vi.advanceTimersByTime(399);
    add(1, 'fig');
    vi.advanceTimersByTime(399);
    expect(asked('dataset.draft')).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(asked('dataset.draft')).toMatchObject([{ project: 'p', changes: [{ path: 'a' }, { path: 'b' }] }]);
    vi.runAllTimers();
    flushDraft();
    expect(asked('dataset.draft')).toHaveLength(1);
  });

  test('that change nothing are none', () => {
    expect(changeImages([0], (before) => withLabel(before, 0))).toBeNull();
    vi.runAllTimers();
    expect([state().done, asked('dataset.draft')]).toEqual([[], []]);
  });

  test('are undone and redone, and what was undone ends with the next one', () => {
    undo();
    redo();
    expect(asked('dataset.draft')).toEqual([]);
    add(0, 'plum');
    add(1, 'fig');
    undo();
    expect([state().done.length, state().undone.length, state().labeled.states[1]!.labels]).toEqual([1, 1, [1]]);
    redo();
    expect([state().done.length, state().undone.length, state().labeled.states[1]!.labels]).toEqual([2, 0, [1, 0]]);
    undo();
    add(2, 'fig');
    expect([state().done.length, state().undone]).toEqual([2, []]);
    vi.runAllTimers();
    expect(asked('dataset.draft').at(-1)).toMatchObject({ changes: [{ path: 'a' }, { path: 'c' }] });
  });

  test('count at once', () => {
    add(0, 'plum');
    expect([state().counts!.all, pendingCount(state()), [...state().edited]]).toEqual([[1, 3], 1, [0]]);
    undo();
    expect([state().counts!.all, pendingCount(state())]).toEqual([[1, 2], 0]);
  });

  test('of a new label give it a number; spaces and the form of accents make no other label', () => {
    const pina = labelNumber('  pin\u0303a ');
    expect([pina, labelNumber('pi\u00f1a'), labelNumber('fig')]).toEqual([2, 2, 0]);
    expect(state()).toMatchObject({ labeled: { vocabulary: ['fig', 'plum', 'pi\u00f1a'] }, frequent: [1, 0, 2] });
    expect(state().counts!.all).toEqual([1, 2, 0]);
  });

  test('before the files are read are not made', () => {
    useDataset.setState({ index: null });
    add(0, 'plum');
    expect(state().labeled.states[0]!.labels).toEqual([0]);
    vi.runAllTimers();
    expect(asked('dataset.draft')).toEqual([]);
  });
});

describe('saving', () => {
  test('asks nothing where no project is shown or its files are not read', async () => {
    add(0, 'plum');
    vi.runAllTimers();
    call.mockClear();
    const { index: read } = state();
    useDataset.setState({ project: null });
    await saveEdits();
    useDataset.setState({ project: 'p', index: null });
    await saveEdits();
    expect([methods(), state().saving]).toEqual([[], false]);
    useDataset.setState({ index: read });
    await saveEdits();
    expect(asked('dataset.read')).toEqual([{ project: 'p' }]);
  });

  test('sends what differs from the files, once, and nothing where nothing does', async () => {
    await saveEdits();
    expect(methods()).toEqual([]);
    add(0, 'plum');
    vi.runAllTimers();
    const { promise, resolve } = Promise.withResolvers<unknown>();
    answers['dataset.save'] = () => promise;
    const saving = saveEdits();
    expect(state().saving).toBe(true);
    await saveEdits();
    expect(asked('dataset.save')).toEqual([
      {
        project: 'p',
        changes: [{ split: 'train', line: 1, path: 'a', before: ['fig'], after: ['fig', 'plum'], to: 'train' }],
      },
    ]);
    answers['dataset.read'] = () => index({ labels: [[0, 1], [1], [1]] });
    resolve({ state: 'saved', lines: 1, backup: '' });
    await saving;
    expect([state().saving, pendingCount(state()), asked('dataset.read').length]).toEqual([false, 0, 1]);
    // The draft on disk was emptied by the save.
    call.mockClear();
    vi.runAllTimers();
    expect(asked('dataset.draft')).toEqual([]);
  });

  test('checks again where something was wrong before', async () => {
    for (const [found, checks] of [
      [check(), 0],
      [check('a'), 1],
    ] as const) {
      useDataset.setState({ check: found });
      add(0, checks === 0 ? 'plum' : 'kiwi');
      call.mockClear();
      answers['dataset.check'] = () => check();
      await saveEdits();
      await settled();
      expect(asked('dataset.check')).toHaveLength(checks);
    }
    expect(state().check).toEqual(check());
  });

  test('that fails leaves the edits', async () => {
    add(0, 'plum');
    answers['dataset.save'] = refused;
    await saveEdits();
    expect([state().saving, pendingCount(state()), asked('dataset.read')]).toEqual([false, 1, []]);
    answers['dataset.save'] = () => ({ state: 'saved', lines: 1, backup: '' });
    answers['dataset.read'] = refused;
    await saveEdits();
    expect([state().saving, pendingCount(state())]).toEqual([false, 1]);
  });

  test.each(['dataset.save', 'dataset.read'])(
    'does not touch another project that is shown while %s answers',
    async (method) => {
      add(0, 'plum');
      const { promise, resolve } = Promise.withResolvers<unknown>();
      answers[method] = ({ project }) => (project === 'p' ? promise : index());
      const saving = saveEdits();
      await settled();
      await loadDataset('q');
      useDataset.setState({ check: check('a') });
      const before = state();
      call.mockClear();
      resolve(method === 'dataset.save' ? { state: 'saved', lines: 1, backup: '' } : index({ labels: [[], [], []] }));
      await saving;
      expect(state()).toBe(before);
      expect(methods()).toEqual([]);
    },
  );
});

describe('a line in conflict', () => {
  const lost = (part: Partial<LineChange>): LineChange => ({
    ...{ split: 'train', line: 2, path: 'b', before: ['fig'], after: ['kiwi'], to: 'train' },
    ...part,
  });
  const inConflict = async (...changes: LineChange[]): Promise<void> => {
    answers['dataset.read'] = () => index({ draft: changes });
    useDataset.setState(untouched, true);
    await loadDataset('p');
    expect(state().conflicts).toHaveLength(changes.length);
    call.mockClear();
  };
  const left = (): string[] => state().conflicts.map(({ split, path }) => `${split} ${path}`);

  test('stays when it cannot be written, or the files cannot be read', async () => {
    await inConflict(lost({}));
    answers['dataset.save'] = refused;
    await resolveConflict(state().conflicts[0]!, 'mine');
    expect([left(), methods()]).toEqual([['train b'], ['dataset.save']]);
    answers['dataset.read'] = refused;
    await resolveConflict(state().conflicts[0]!, 'theirs');
    expect([left(), state().index === null]).toEqual([['train b'], false]);
  });

  test('that is gone from the file is not written into it', async () => {
    await inConflict(lost({ path: 'gone' }));
    expect(state().conflicts[0]!.disk).toBeNull();
    await resolveConflict(state().conflicts[0]!, 'mine');
    expect([left(), methods(), asked('dataset.read')]).toEqual([[], ['dataset.read'], [{ project: 'p' }]]);
  });

  test('is one of two with the same path', async () => {
    await inConflict(
      lost({}),
      lost({ split: 'val', to: 'val', path: 'c' }),
      lost({ split: 'test', to: 'test', path: 'c' }),
    );
    await resolveConflict(state().conflicts[2]!, 'theirs');
    expect(left()).toEqual(['train b', 'val c']);
    // They are still to be decided, and kept aside.
    vi.runAllTimers();
    expect(asked('dataset.draft')).toMatchObject([{ changes: [{ path: 'b' }, { split: 'val', path: 'c' }] }]);
  });

  test.each(['dataset.save', 'dataset.read'])(
    'is left alone when another project is shown while %s answers',
    async (method) => {
      await inConflict(lost({}));
      const { promise, resolve } = Promise.withResolvers<unknown>();
      answers = { [method]: ({ project }) => (project === 'p' ? promise : index()) };
      const resolving = resolveConflict(state().conflicts[0]!, 'mine');
      await settled();
      await loadDataset('q');
      const before = state();
      call.mockClear();
      resolve(method === 'dataset.save' ? { state: 'saved', lines: 1, backup: '' } : index({ labels: [[], [], []] }));
      await resolving;
      expect(state()).toBe(before);
      expect(methods()).toEqual([]);
    },
  );

  test('of no project is nothing to do', async () => {
    await inConflict(lost({}));
    const [conflict] = state().conflicts;
    useDataset.setState({ project: null });
    await resolveConflict(conflict!, 'theirs');
    expect(methods()).toEqual([]);
  });
});

describe('repairs', () => {
  test('are made in the files, which are read again; unsaved edits stay', async () => {
    add(0, 'plum');
    useDataset.setState({ check: check('a') });
    answers['dataset.repair'] = () => ({ lines: 3, backup: '' });
    answers['dataset.check'] = () => check();
    expect(await dataset.repairLines('headerLine')).toBe(3);
    await settled();
    expect(asked('dataset.repair')).toEqual([{ project: 'p', code: 'headerLine' }]);
    expect([asked('dataset.read').length, pendingCount(state()), state().check]).toEqual([1, 1, check()]);
  });

  test('that fail, or of a project that is no longer shown, read nothing', async () => {
    answers['dataset.repair'] = refused;
    expect(await dataset.repairLines('outside')).toBeNull();
    answers['dataset.repair'] = () => {
      useDataset.setState({ project: 'q' });
      return { lines: 1, backup: '' };
    };
    expect(await dataset.repairLines('outside')).toBeNull();
    useDataset.setState({ project: null });
    expect(await dataset.repairLines('outside')).toBeNull();
    expect(asked('dataset.read')).toEqual([]);
    expect(asked('dataset.repair')).toHaveLength(2);
  });
});

test('a check belongs to the project that it was made for', async () => {
  answers['dataset.check'] = () => check('a');
  await dataset.runCheck();
  expect([asked('dataset.check'), state().check]).toEqual([[{ project: 'p' }], check('a')]);
  answers['dataset.check'] = () => {
    useDataset.setState({ project: 'q' });
    return check('b');
  };
  await dataset.runCheck();
  expect(state().check).toEqual(check('a'));
  useDataset.setState({ project: null });
  await dataset.runCheck();
  expect(asked('dataset.check')).toHaveLength(2);
  useDataset.setState({ project: 'p' });
  answers['dataset.check'] = refused;
  await dataset.runCheck();
  expect(state().check).toEqual(check('a'));
});

describe("a model's opinion", () => {
  const run = (id: string, thresholds: string, trashed = false): RunSummary =>
    ({ id, name: `Run ${id}`, trashed, stages: [{ stage: 'thresholds', state: thresholds }] }) as unknown as RunSummary;
  const tune = {
    labels: ['fig', 'plum'],
    saved: [{ k: 100 }, { k: 30 }],
    val: {
      paths: ['c', 'd'],
      codes: btoa('\x01\x02\x03\x04'),
      labels: btoa('\x00\x00\x00\x00'),
      teacher: null,
      student: null,
    },
  };

  test('is that of the newest run that has thresholds, with its scores by path', async () => {
    useStudio.setState({
      runs: [run('1', 'finished'), run('2', 'finished'), run('3', 'pending'), run('4', 'finished', true)],
    });
    answers['tune.read'] = () => tune;
    await dataset.loadOpinion();
    expect(asked('tune.read')).toEqual([{ project: 'p', run: '2' }]);
    expect(state().opinion).toEqual({
      ...{ run: '2', runName: 'Run 2', vocabulary: ['fig', 'plum'], thresholds: [100, 30] },
      codes: new Map([
        ['c', Uint8Array.of(1, 2)],
        ['d', Uint8Array.of(3, 4)],
      ]),
    });
    // It is there already.
    await dataset.loadOpinion();
    expect(asked('tune.read')).toHaveLength(1);
    useStudio.setState({ runs: [run('5', 'finished')] });
    await dataset.loadOpinion();
    expect(state().opinion!.run).toBe('5');
  });

  test('is none without such a run, and where its scores cannot be read', async () => {
    useStudio.setState({
      runs: [
        run('3', 'pending'),
        { ...run('4', 'finished'), stages: [{ stage: 'test', state: 'finished' }] } as unknown as RunSummary,
      ],
    });
    await dataset.loadOpinion();
    expect(methods()).toEqual([]);
    useStudio.setState({ runs: [run('1', 'finished')] });
    answers['tune.read'] = refused;
    await dataset.loadOpinion();
    expect([state().opinion, useStudio.getState().problem]).toEqual([null, null]);
    answers['tune.read'] = () => {
      useDataset.setState({ project: 'q' });
      return tune;
    };
    await dataset.loadOpinion();
    expect(state().opinion).toBeNull();
    useDataset.setState({ project: null });
    call.mockClear();
    await dataset.loadOpinion();
    expect(methods()).toEqual([]);
  });
});
