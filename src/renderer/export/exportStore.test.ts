import { beforeEach, describe, expect, test, vi } from 'vitest';
import { message } from '../../shared/message.ts';
import type { Export } from '../../shared/contract/exports.ts';
import { Problem } from '../../shared/problem.ts';

const call = vi.fn<(method: string, input: { run: string }) => Promise<unknown>>();
vi.mock('../api/client.ts', () => ({
  call: (method: string, input: { run: string }) => call(method, input),
  listen: () => undefined,
}));
const { flush, setThreshold, undo, useTune } = await import('../tune/tuneStore.ts');
const { dismissFault, showExport, startExport, useExport } = await import('./exportStore.ts');

const bundle = (checks: Export['checks']): Export => ({
  run: 'a',
  folder: '/f',
  zip: '/f.zip',
  zipBytes: 1,
  writtenAt: '',
  files: [],
  checks,
  labels: [],
  inputSize: 32,
  inputType: 'int8',
  outputType: 'int8',
  thresholds: [],
  floatAp: null,
  int8Ap: null,
  quality: { split: 'val', labels: [] },
  stale: false,
  snippets: { kotlin: '', swift: '', python: '' },
});
const passed = [{ name: message('bundle.checkSums'), ok: true, detail: null }];
const run = (id: string, state: 'finished' | 'stopped' = 'finished') => ({ id, project: 'p', state });
const asked = (): string[] => call.mock.calls.map(([method, input]) => `${method} ${input.run}`);

/** A studio whose bundles have these checks; exporting and checking make them. */
function answers(checks: Export['checks'] | null): void {
  let now = checks;
  call.mockImplementation((method) => {
    if (method === 'export.read') return Promise.resolve({ export: now === null ? null : bundle(now) });
    now = passed;
    return Promise.resolve({});
  });
}

beforeEach(() => {
  call.mockReset();
  useExport.setState({ run: null, bundle: null, read: false, fault: null, works: {} });
});

describe('a run is shown', () => {
  test('its bundle without remembered checks is checked, not written again', async () => {
    answers([]);
    await showExport(run('a'));
    expect(asked()).toEqual(['export.read a', 'export.check a', 'export.read a']);
    expect(useExport.getState()).toMatchObject({ bundle: { checks: passed }, read: true, works: {} });
  });

  test('nothing is done where the checks are remembered, the run is not finished, or there is no bundle', async () => {
    for (const [checks, state] of [
      [passed, 'finished'],
      [[], 'stopped'],
      [null, 'finished'],
    ] as const) {
      call.mockReset();
      answers(checks === null ? null : [...checks]);
      await showExport(run('a', state));
      expect(asked()).toEqual(['export.read a']);
    }
  });

  test('a check that fails is said, and is not tried again by itself', async () => {
    call.mockImplementation((method) =>
      method === 'export.read'
        ? Promise.resolve({ export: bundle([]) })
        : Promise.reject(Problem.from({ kind: 'file', message: 'It is gone.' })),
    );
    await showExport(run('a'));
    expect(asked()).toEqual(['export.read a', 'export.check a', 'export.read a']);
    expect(useExport.getState()).toMatchObject({ fault: { message: 'It is gone.' }, works: {} });
  });
});

describe('an export on its way', () => {
  test('is not begun twice, and no check begins beside it', async () => {
    let end = (): void => undefined;
    call.mockImplementation((method) =>
      method === 'export.read'
        ? Promise.resolve({ export: bundle([]) })
        : new Promise((resolve) => {
            end = () => resolve({});
          }),
    );
    const first = startExport(run('a'));
    await startExport(run('a'));
    await showExport(run('a'));
    expect(asked()).toEqual(['export.start a', 'export.read a']);
    expect(useExport.getState().works).toEqual({ a: 'export' });
    end();
    await first;
    expect(useExport.getState().works).toEqual({});
  });

  test('does not take the place of another run that is looked at meanwhile', async () => {
    let end = (): void => undefined;
    call.mockImplementation((method, { run: id }) =>
      method === 'export.read'
        ? Promise.resolve({ export: { ...bundle(passed), run: id } })
        : new Promise((_, reject) => {
            end = () => reject(Problem.from({ kind: 'file', message: 'The disk is full.' }));
          }),
    );
    const first = startExport(run('a'));
    await showExport(run('b'));
    end();
    await first;
    expect(useExport.getState()).toMatchObject({ run: 'b', bundle: { run: 'b' }, fault: null, works: {} });
  });
});

test('an export waits until the thresholds that are shown are written, an undone one too', async () => {
  answers(passed);
  const found = { k: 100, tuned: true, locked: false, goal: null };
  useTune.setState({ key: 'p/a', thresholds: [found] });
  setThreshold(0, 90);
  undo();
  const { promise, resolve } = Promise.withResolvers<object>();
  call.mockReturnValueOnce(promise);
  const exported = startExport(run('a'));
  await Promise.resolve();
  expect(asked()).toEqual(['tune.save a']);
  expect(call.mock.calls[0]![1]).toMatchObject({ thresholds: [found] });
  resolve({});
  await exported;
  expect(asked()).toEqual(['tune.save a', 'export.start a', 'export.read a']);
});

test('a check does not wait for thresholds: it is about the bundle that there is', async () => {
  answers([]);
  useTune.setState({ key: 'p/a', thresholds: [{ k: 100, tuned: true, locked: false, goal: null }] });
  setThreshold(0, 80);
  await showExport(run('a'));
  expect(asked()).toEqual(['export.read a', 'export.check a', 'export.read a']);
  await flush();
});

describe('a run whose bundle cannot be read', () => {
  const gone = { kind: 'file', message: 'It is gone.' } as const;
  test('shows why, until that is dismissed or another run is shown', async () => {
    call.mockRejectedValue(Problem.from(gone));
    await showExport(run('a'));
    expect(asked()).toEqual(['export.read a']);
    expect(useExport.getState()).toMatchObject({ run: 'a', bundle: null, read: true, fault: gone });
    dismissFault();
    expect(useExport.getState().fault).toBeNull();
    useExport.setState({ fault: gone });
    const { promise, resolve } = Promise.withResolvers<object>();
    call.mockReturnValue(promise);
    const shown = showExport(run('b'));
    expect(useExport.getState()).toEqual({ run: 'b', bundle: null, read: false, fault: null, works: {} });
    resolve({ export: null });
    await shown;
    expect(useExport.getState()).toMatchObject({ run: 'b', read: true });
  });

  test('says nothing when another run is shown meanwhile', async () => {
    const { promise, reject } = Promise.withResolvers<object>();
    call.mockImplementation((_, { run: id }) => (id === 'a' ? promise : Promise.resolve({ export: null })));
    const first = showExport(run('a'));
    await showExport(run('b'));
    reject(Problem.from(gone));
    await first;
    expect(useExport.getState()).toMatchObject({ run: 'b', fault: null });
  });

  test('may be exported, which takes away an earlier fault', async () => {
    answers(null);
    useExport.setState({ run: 'a', fault: gone, works: { b: 'check' } });
    const { promise, resolve } = Promise.withResolvers<object>();
    call.mockReturnValueOnce(promise);
    const exported = startExport(run('a'));
    expect(useExport.getState()).toMatchObject({ fault: null, works: { a: 'export', b: 'check' } });
    resolve({});
    await exported;
    expect(call.mock.calls[0]).toEqual(['export.start', { project: 'p', run: 'a' }]);
    expect(useExport.getState()).toMatchObject({ works: { b: 'check' } });
  });
});
