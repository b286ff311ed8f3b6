import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { DatasetIndex, LineChange } from '../../shared/contract/dataset.ts';

const call = vi.fn<(method: string, input: unknown) => Promise<unknown>>();
vi.mock('../api/client.ts', () => ({
  call: (method: string, input: unknown) => call(method, input),
  listen: () => undefined,
}));
const { changeImages, flushDraft, labelNumber, loadDataset, redo, refreshShown, resolveConflict, saveEdits, undo } =
  await import('./dataset.ts');
const { useDataset } = await import('./dataset.ts');
const {
  addFilterLabel,
  clearSelection,
  focusOn,
  moveFocus,
  openViewer,
  reviewOneByOne,
  selectAll,
  setFilter,
  setOrder,
} = await import('./view.ts');
const { withLabel } = await import('../data/labelEdits.ts');

/** Labels by path, one file per split. */
type Files = readonly Readonly<Record<string, readonly string[]>>[];

function indexOf(files: Files, draft: LineChange[] = []): DatasetIndex {
  const lines = files.flatMap((file, split) =>
    Object.entries(file).map(([path, labels], at) => ({ path, labels, split, line: at + 1 })),
  );
  const vocabulary = [...new Set(lines.flatMap(({ labels }) => labels))].sort();
  return {
    project: 'p',
    vocabulary,
    separator: 'tab',
    paths: lines.map(({ path }) => path),
    split: lines.map(({ split }) => split),
    line: lines.map(({ line }) => line),
    labels: lines.map(({ labels }) => labels.map((label) => vocabulary.indexOf(label))),
    files: { train: 'x', val: 'y', test: 'z' },
    findings: [],
    draft,
    unlisted: null,
    unlabeled: 'ask',
  };
}

let files: Files;
/** Answers of single methods; the others are those of a studio in which everything works. */
let answers: Record<string, (input: never) => unknown>;
const state = useDataset.getState;
const inputs = (method: string): unknown[] =>
  call.mock.calls.flatMap(([name, input]) => (name === method ? [input] : []));
const path = (image: number | null): string | null => (image === null ? null : state().index!.paths[image]!);
const shown = (): (string | null)[] => state().shown.map(path);
const labels = (of: string): string[] =>
  state().labeled.states[state().index!.paths.indexOf(of)]!.labels.map((label) => state().labeled.vocabulary[label]!);
const add = (of: string, name: string): void => {
  const label = labelNumber(name);
  changeImages([state().index!.paths.indexOf(of)], (before) => withLabel(before, label));
};
const focus = (): string | null => path(state().focus);

beforeEach(async () => {
  files = [{ a: [], b: [], c: ['plum'], d: [] }, { e: ['fig'] }, {}];
  answers = {};
  call.mockReset().mockImplementation((method, input) => {
    const own = answers[method];
    if (own !== undefined) return Promise.resolve(own(input as never));
    if (method === 'dataset.read') return Promise.resolve(indexOf(files));
    if (method === 'dataset.lastCheck') return Promise.resolve({ result: null });
    if (method === 'dataset.save') return Promise.resolve({ state: 'saved', lines: 1, backup: '' });
    return Promise.resolve({});
  });
  useDataset.setState({ project: null, index: null });
  await loadDataset('p');
  call.mockClear();
});

describe('the view', () => {
  test('starts with every image and the focus on the first', () => {
    expect(shown()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(focus()).toBe('a');
  });
  test('keeps a labeled image until it is refreshed; then the neighbor has the focus', () => {
    setFilter({ view: 'unlabeled' });
    moveFocus(1);
    add('b', 'plum');
    expect([shown(), focus()]).toEqual([['a', 'b', 'd'], 'b']);
    refreshShown();
    expect([shown(), focus()]).toEqual([['a', 'd'], 'd']);
  });
  test('shows what undo and redo change, where it was, though the filter hides it', () => {
    setFilter({ view: 'unlabeled' });
    add('b', 'plum');
    refreshShown();
    undo();
    expect([shown(), focus(), labels('b')]).toEqual([['a', 'b', 'd'], 'b', []]);
    setFilter({ splits: [1], view: 'all' });
    redo();
    expect([shown(), focus(), labels('b')]).toEqual([['b', 'e'], 'b', ['plum']]);
  });
  test('takes an undone edit to its place in the order as it is then', () => {
    add('a', 'plum');
    add('a', 'fig');
    setFilter({ splits: [1] });
    setOrder('fewest');
    undo();
    undo();
    expect(shown()).toEqual(['a', 'e']);
  });
  test('ends the selection with another filter, and shows an image that is opened', () => {
    selectAll();
    expect(state().selected.size).toBe(5);
    addFilterLabel(labelNumber('fig'));
    expect([shown(), focus(), state().selected.size]).toEqual([['e'], 'e', 0]);
    openViewer(1);
    expect([shown(), focus(), path(state().viewer)]).toEqual([['b', 'e'], 'b', 'b']);
    openViewer(null);
    expect([shown(), focus(), state().viewer]).toEqual([['b', 'e'], 'b', null]);
    selectAll();
    clearSelection();
    expect(state().selected.size).toBe(0);
  });
  test('orders anew on purpose only', () => {
    setOrder('most');
    expect(shown()).toEqual(['c', 'e', 'a', 'b', 'd']);
    focusOn(3);
    add('d', 'fig');
    add('d', 'plum');
    expect(shown()).toEqual(['c', 'e', 'a', 'b', 'd']);
    refreshShown();
    expect([shown()[0], focus()]).toEqual(['d', 'd']);
  });
  test('reviews the most doubtful first', () => {
    useDataset.setState({
      opinion: {
        run: 'r',
        runName: 'Run 1',
        vocabulary: ['fig'],
        thresholds: [128],
        codes: new Map([
          ['a', Uint8Array.of(200)],
          ['d', Uint8Array.of(250)],
          ['e', Uint8Array.of(250)],
        ]),
      },
    });
    reviewOneByOne();
    expect([shown(), path(state().viewer)]).toEqual([['d', 'a'], 'd']);
  });
});

describe('files that are read again', () => {
  test('keep list, focus, viewer and history on their images when lines come and go', async () => {
    focusOn(3);
    openViewer(3);
    add('d', 'plum');
    files = [{ new: ['apple'], more: [], b: [], c: ['plum'], d: [] }, { e: ['fig'] }, {}];
    await loadDataset('p');
    expect([shown(), focus(), path(state().viewer)]).toEqual([['new', 'more', 'b', 'c', 'd', 'e'], 'd', 'd']);
    expect(labels('d')).toEqual(['plum']);
    undo();
    expect(labels('d')).toEqual([]);
    files = [{ b: [], c: ['plum'], d: [] }, { e: ['fig'] }, {}];
    await loadDataset('p');
    redo();
    expect([labels('d'), labels('e')]).toEqual([['plum'], ['fig']]);
  });
  test('keep an edit that was made while they were read', async () => {
    answers['dataset.read'] = () => {
      add('a', 'fig');
      return indexOf(files);
    };
    await loadDataset('p');
    expect(labels('a')).toEqual(['fig']);
  });
  test('bring back a filter by its labels', async () => {
    setFilter({ any: [labelNumber('plum')] });
    files = [{ a: ['apple'], b: [], c: ['plum'], d: [] }, { e: ['fig'] }, {}];
    await loadDataset('p');
    expect(state().filter.any.map((label) => state().labeled.vocabulary[label])).toEqual(['plum']);
  });
});

test('labels keep their digit keys while edits change how frequent they are, and new ones come last', async () => {
  files = [{ a: ['plum'], b: ['plum'], c: [], d: [] }, { e: ['fig'] }, {}];
  await loadDataset('p');
  const frequent = (): (string | undefined)[] => state().frequent.map((label) => state().labeled.vocabulary[label]);
  expect(frequent()).toEqual(['plum', 'fig']);
  for (const of of ['a', 'b', 'c', 'd']) add(of, 'fig');
  add('a', 'new');
  expect(frequent()).toEqual(['plum', 'fig', 'new']);
});

describe('saving', () => {
  test('stays at the place, also when the vocabulary changes, and can be undone', async () => {
    focusOn(1);
    add('b', 'apple');
    answers['dataset.save'] = () => {
      files = [{ a: [], b: ['apple'], c: ['plum'], d: [] }, { e: ['fig'] }, {}];
      return { state: 'saved', lines: 1, backup: '' };
    };
    await saveEdits();
    expect([focus(), labels('b'), state().edited.size]).toEqual(['b', ['apple'], 0]);
    undo();
    expect([labels('b'), state().edited.size]).toEqual([[], 1]);
  });
  test('keeps an edit that was made while it wrote', async () => {
    add('a', 'fig');
    answers['dataset.save'] = () => {
      files = [{ a: ['fig'], b: [], c: ['plum'], d: [] }, { e: ['fig'] }, {}];
      add('a', 'plum');
      add('d', 'new');
      return { state: 'saved', lines: 1, backup: '' };
    };
    await saveEdits();
    expect([labels('a'), labels('d'), state().edited.size]).toEqual([['fig', 'plum'], ['new'], 2]);
    flushDraft();
    expect(inputs('dataset.draft').at(-1)).toMatchObject({
      changes: [
        { path: 'a', before: ['fig'], after: ['fig', 'plum'] },
        { path: 'd', before: [], after: ['new'] },
      ],
    });
  });
});

describe('a line that somebody else changed too', () => {
  beforeEach(async () => {
    for (const of of ['a', 'b', 'd']) add(of, 'fig');
    files = [{ a: ['plum'], b: ['apple'], c: ['plum'], d: [] }, { e: ['fig'] }, {}];
    await loadDataset('p');
    // What was to be kept aside is: a draft that comes after this is because of what the tests do.
    flushDraft();
    call.mockClear();
  });
  const conflicts = (): (string | null)[] => state().conflicts.map((conflict) => conflict.path);

  test('shows both sides, and the other edits stay', () => {
    expect(state().conflicts).toMatchObject([
      { path: 'a', yours: ['fig'], disk: ['plum'] },
      { path: 'b', yours: ['fig'], disk: ['apple'] },
    ]);
    expect([labels('a'), labels('d')]).toEqual([['plum'], ['fig']]);
  });
  test('is written over when mine is kept; every other edit and conflict stays', async () => {
    answers['dataset.save'] = () => {
      files = [{ a: ['fig'], b: ['apple'], c: ['plum'], d: [] }, { e: ['fig'] }, {}];
      return { state: 'saved', lines: 1, backup: '' };
    };
    await resolveConflict(state().conflicts[0]!, 'mine');
    expect(inputs('dataset.save')).toEqual([
      {
        project: 'p',
        changes: [{ split: 'train', line: 1, path: 'a', before: ['plum'], after: ['fig'], to: 'train' }],
      },
    ]);
    expect([conflicts(), labels('a'), labels('d'), [...state().edited].map(path)]).toEqual([
      ['b'],
      ['fig'],
      ['fig'],
      ['d'],
    ]);
    flushDraft();
    expect(inputs('dataset.draft').at(-1)).toMatchObject({
      changes: [
        { path: 'd', after: ['fig'] },
        { path: 'b', after: ['fig'] },
      ],
    });
  });
  test('is left to the file when that is kept; every other edit and conflict stays', async () => {
    await resolveConflict(state().conflicts[1]!, 'theirs');
    expect(inputs('dataset.save')).toEqual([]);
    expect([conflicts(), labels('b'), labels('d')]).toEqual([['a'], ['apple'], ['fig']]);
  });
  test('that changes once more is asked about again, and nothing is dropped', async () => {
    answers['dataset.save'] = () => ({
      state: 'conflicts',
      conflicts: [{ split: 'train', line: 1, path: 'a', yours: ['fig'], disk: ['kiwi'] }],
    });
    await resolveConflict(state().conflicts[0]!, 'mine');
    expect(conflicts()).toEqual(['b', 'a']);
    expect(state().conflicts[1]).toMatchObject({ disk: ['kiwi'], yours: ['fig'] });
    expect(labels('d')).toEqual(['fig']);
  });
  test('stays asked when the files change again, until they say what the user wants', async () => {
    files = [{ a: ['fig'], b: ['apple', 'kiwi'], c: ['plum'], d: [] }, { e: ['fig'] }, {}];
    await loadDataset('p');
    expect(state().conflicts).toMatchObject([{ path: 'b', yours: ['fig'], disk: ['apple', 'kiwi'] }]);
  });
  test('found by a save keeps the edit and moves to the other split when mine is kept', async () => {
    useDataset.setState({ conflicts: [] });
    changeImages([3], (before) => ({ ...before, split: 1 }));
    answers['dataset.save'] = () => ({
      state: 'conflicts',
      conflicts: [{ split: 'train', line: 4, path: 'd', yours: ['fig'], disk: ['kiwi'] }],
    });
    await saveEdits();
    expect([conflicts(), labels('d')]).toEqual([['d'], ['fig']]);
    answers['dataset.save'] = () => ({ state: 'saved', lines: 1, backup: '' });
    await resolveConflict(state().conflicts[0]!, 'mine');
    expect(inputs('dataset.save').at(-1)).toMatchObject({ changes: [{ path: 'd', before: ['kiwi'], to: 'val' }] });
  });
});
