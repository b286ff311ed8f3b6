import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openAppendedLines } from './appendedLines.ts';
import { openHistories } from './history.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'history-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string): string => path.join(folder, name);
const add = (name: string, ...lines: object[]): void =>
  appendFileSync(file(name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
const at = { stage: 'teacher', phase: 'finetune' };
const phase = { type: 'phase', ...at, stepsPerEpoch: 4, epochs: 2 };
const step = (number: number, loss: number | null = 0.5) => ({
  type: 'step',
  ...at,
  epoch: 0,
  step: number,
  loss,
  learning_rate: 0.01,
});
const note = (message: string) => ({
  type: 'note',
  at: '2026-01-01T00:00:00.000Z',
  level: 'info',
  stage: 'teacher',
  message,
});

describe('lines of a file that grows', () => {
  test('each is read once; a half-written one waits for its end', async () => {
    const lines = openAppendedLines(file('a'));
    expect(await lines.next()).toEqual({ lines: [], again: false });
    writeFileSync(file('a'), 'one\ntwo\nthr');
    expect(await lines.next()).toEqual({ lines: ['one', 'two'], again: false });
    appendFileSync(file('a'), 'ee\n');
    expect(await lines.next()).toEqual({ lines: ['three'], again: false });
    expect(await lines.next()).toEqual({ lines: [], again: false });
  });

  test('a file that was cut back is read from the start', async () => {
    const lines = openAppendedLines(file('a'));
    writeFileSync(file('a'), 'one\ntwo\n');
    await lines.next();
    truncateSync(file('a'), 4);
    expect(await lines.next()).toEqual({ lines: ['one'], again: true });
  });

  test('and so is one that was cut back and has grown past its old end since', async () => {
    const lines = openAppendedLines(file('a'));
    writeFileSync(file('a'), 'one\ntwo\n');
    await lines.next();
    writeFileSync(file('a'), 'one\nTWO\nthree\n');
    expect(await lines.next()).toEqual({ lines: ['one', 'TWO', 'three'], again: true });
  });

  test('a file that is gone has no lines', async () => {
    const lines = openAppendedLines(file('a'));
    writeFileSync(file('a'), 'one\n');
    await lines.next();
    rmSync(file('a'));
    expect(await lines.next()).toEqual({ lines: [], again: true });
  });
});

describe('the history of a run', () => {
  test('grows with its files; of the steps none is lost or doubled', async () => {
    const histories = openHistories();
    const read = () => histories.read('r', folder, '/photos');
    expect(await read()).toEqual({ run: 'r', vocabulary: [], valPositives: [], phases: [], watched: [], notes: [] });
    add('metrics.jsonl', phase, step(1), step(2));
    add('log.jsonl', note('first'));
    await read();
    add('metrics.jsonl', step(3, null), { type: 'epoch', ...at, epoch: 0, best: true, macro_ap: 0.25, val_loss: null });
    add('log.jsonl', note('second'));
    const [first, second] = await Promise.all([read(), read()]); // two windows
    expect(second).toEqual(first);
    expect(first.notes.map(({ message }) => message)).toEqual(['first', 'second']);
    expect(first.phases).toEqual([
      {
        ...at,
        stepsPerEpoch: 4,
        plannedEpochs: 2,
        steps: { at: [0.25, 0.5, 0.75], loss: [0.5, 0.5, null], learningRate: [0.01, 0.01, 0.01] },
        epochs: [{ epoch: 0, best: true, metrics: { macro_ap: 0.25, val_loss: null }, perClassAp: null }],
      },
    ]);
    expect(await openHistories().read('r', folder, '/photos')).toEqual(first);
  });

  test('a resumed run shows the steps of its checkpoint and what came after, not those that were cut off', async () => {
    const histories = openHistories();
    add('metrics.jsonl', phase, step(1), step(2, 0.4), step(3, 0.3));
    await histories.read('r', folder, '/photos');
    rmSync(file('metrics.jsonl'));
    add('metrics.jsonl', phase, step(1), step(2, 0.9), step(3, 0.8), step(4, 0.7));
    const { phases } = await histories.read('r', folder, '/photos');
    expect(phases[0]!.steps.loss).toEqual([0.5, 0.9, 0.8, 0.7]);
  });

  test('what is no line of a history is passed over', async () => {
    appendFileSync(file('metrics.jsonl'), `${JSON.stringify(phase)}\nnonsense\n[]\n{"type":"gap","stage":"qat"}\n`);
    add('metrics.jsonl', step(1));
    const { phases } = await openHistories().read('r', folder, '/photos');
    expect(phases[0]!.steps.at).toEqual([0.25]);
  });
});
