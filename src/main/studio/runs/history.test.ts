import { appendFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { quoted } from '../../../shared/message.ts';
import type { Sample } from '../../pipeline/data/dataset.ts';
import { snapshotFolder, writeSnapshot } from '../../pipeline/data/snapshot.ts';
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
  message: quoted(message),
});

describe('lines of a growing file', () => {
  test('each is read once; an incomplete one waits for its end', async () => {
    const lines = openAppendedLines(file('a'));
    expect(await lines.next()).toEqual({ lines: [], restarted: false });
    writeFileSync(file('a'), 'one\ntwo\nthr');
    expect(await lines.next()).toEqual({ lines: ['one', 'two'], restarted: false });
    appendFileSync(file('a'), 'ee\n');
    expect(await lines.next()).toEqual({ lines: ['three'], restarted: false });
    expect(await lines.next()).toEqual({ lines: [], restarted: false });
  });

  test('a truncated file is read from the start', async () => {
    const lines = openAppendedLines(file('a'));
    writeFileSync(file('a'), 'one\ntwo\n');
    await lines.next();
    truncateSync(file('a'), 4);
    expect(await lines.next()).toEqual({ lines: ['one'], restarted: true });
  });

  test('and so is one that was truncated and has grown past its old end', async () => {
    const lines = openAppendedLines(file('a'));
    writeFileSync(file('a'), 'one\ntwo\n');
    await lines.next();
    writeFileSync(file('a'), 'one\nTWO\nthree\n');
    expect(await lines.next()).toEqual({ lines: ['one', 'TWO', 'three'], restarted: true });
  });

  test('a deleted file has no lines', async () => {
    const lines = openAppendedLines(file('a'));
    writeFileSync(file('a'), 'one\n');
    await lines.next();
    rmSync(file('a'));
    expect(await lines.next()).toEqual({ lines: [], restarted: true });
  });
});

describe('the history of a run', () => {
  test('grows with its files without losing or repeating steps', async () => {
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
    expect(first.notes.map(({ message }) => message.text)).toEqual(['first', 'second']);
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

  test('a resumed run shows the steps up to its checkpoint and the new ones, not the discarded ones', async () => {
    const histories = openHistories();
    add('metrics.jsonl', phase, step(1), step(2, 0.4), step(3, 0.3));
    await histories.read('r', folder, '/photos');
    rmSync(file('metrics.jsonl'));
    add('metrics.jsonl', phase, step(1), step(2, 0.9), step(3, 0.8), step(4, 0.7));
    const { phases } = await histories.read('r', folder, '/photos');
    expect(phases[0]!.steps.loss).toEqual([0.5, 0.9, 0.8, 0.7]);
  });

  test('lines that do not belong to a history are skipped', async () => {
    appendFileSync(file('metrics.jsonl'), `${JSON.stringify(phase)}\nnonsense\n[]\n{"type":"gap","stage":"qat"}\n`);
    add('metrics.jsonl', step(1));
    const { phases } = await openHistories().read('r', folder, '/photos');
    expect(phases[0]!.steps.at).toEqual([0.25]);
  });

  test('has the figures of each epoch: numbers and nulls, but no texts or lists', async () => {
    const watched = [{ path: 'a.jpg', truth: ['cat'], scores: [{ label: 'cat', score: 0.75 }] }];
    add(
      'metrics.jsonl',
      { type: 'phase', stage: 'student', phase: 'distill' },
      { ...step(1), stage: 'student', phase: 'distill', hard_loss: 0.125 },
      { ...step(2), stage: 'student', phase: 'distill', hard_loss: null },
      { type: 'epoch', stage: 'student', phase: 'distill', epoch: 3, best: false, watched: [] },
      {
        ...{ type: 'epoch', stage: 'student', phase: 'distill', epoch: 4, best: true },
        ...{ val_loss: 0.5, macro_ap: null, kind: 'words', perClassAp: [0.5, null], watched },
      },
      { type: 'epoch', stage: 'student', phase: 'distill', epoch: 5, best: false },
    );
    const history = await openHistories().read('r', folder, '/photos');
    expect(history.watched).toEqual(watched);
    expect(history.phases).toEqual([
      {
        ...{ stage: 'student', phase: 'distill', stepsPerEpoch: 1, plannedEpochs: null },
        steps: { at: [1, 2], loss: [0.125, 0.5], learningRate: [0.01, 0.01] },
        epochs: [
          { epoch: 3, best: false, metrics: {}, perClassAp: null },
          { epoch: 4, best: true, metrics: { val_loss: 0.5, macro_ap: null }, perClassAp: [0.5, null] },
          { epoch: 5, best: false, metrics: {}, perClassAp: null },
        ],
      },
    ]);
  });

  test('separates phases of the same name in two stages, and skips lines of a phase that never started', async () => {
    const other = { ...phase, stage: 'student' };
    add('metrics.jsonl', { ...step(1), stage: 'student' }, phase, step(1), other, { ...step(2), stage: 'student' });
    const { phases } = await openHistories().read('r', folder, '/photos');
    expect(phases.map(({ stage, steps }) => [stage, steps.at])).toEqual([
      ['teacher', [0.25]],
      ['student', [0.5]],
    ]);
  });

  test('has the last 200 notes; a truncated log starts over', async () => {
    const histories = openHistories();
    const messages = async (): Promise<string[]> =>
      (await histories.read('r', folder, '/photos')).notes.map(({ message }) => message.text);
    // Earlier versions wrote plain text.
    add(
      'log.jsonl',
      { ...note('0'), message: '0', level: 'warning', more: 'not shown' },
      { ...note('?'), level: 'shouting' },
    );
    expect((await histories.read('r', folder, '/photos')).notes).toEqual([
      { at: '2026-01-01T00:00:00.000Z', level: 'warning', stage: 'teacher', message: { text: '0' } },
    ]);
    add('log.jsonl', ...Array.from({ length: 199 }, (_, i) => note(`${i + 1}`)));
    expect(await messages()).toEqual(Array.from({ length: 200 }, (_, i) => `${i}`));
    add('log.jsonl', note('200'));
    expect(await messages()).toEqual(Array.from({ length: 200 }, (_, i) => `${i + 1}`));
    writeFileSync(file('log.jsonl'), '');
    add('log.jsonl', note('new'));
    expect(await messages()).toEqual(['new']);
  });

  test('an emptied metrics file leaves no phase and no watched image', async () => {
    const histories = openHistories();
    const watched = [{ path: 'a.jpg', truth: [], scores: [] }];
    add('metrics.jsonl', phase, { type: 'epoch', ...at, epoch: 0, best: true, watched });
    expect((await histories.read('r', folder, '/photos')).watched).toEqual(watched);
    writeFileSync(file('metrics.jsonl'), '');
    expect(await histories.read('r', folder, '/photos')).toMatchObject({ phases: [], watched: [] });
  });

  test('counts the positive validation images per label, and again after the data stage is repeated', async () => {
    const sample = (name: string, ...labels: number[]): Sample => ({
      ...{ path: `${name}.jpg`, file: path.join(folder, `${name}.jpg`), hash: name.repeat(64).slice(0, 64) },
      ...{ labels: Int8Array.from(labels), line: 1 },
    });
    const histories = openHistories();
    const read = async () => {
      const { vocabulary, valPositives } = await histories.read('r', folder, folder);
      return { vocabulary, valPositives };
    };
    expect(await read()).toEqual({ vocabulary: [], valPositives: [] });
    const train = [sample('a', 1, 1)];
    const val = [sample('b', 1, 0), sample('c', 1, -1), sample('d', 0, 1)];
    await writeSnapshot(snapshotFolder(folder), {
      root: folder,
      vocabulary: ['cat', 'dog'],
      splits: { train, val, test: [] },
    });
    expect(await read()).toEqual({ vocabulary: ['cat', 'dog'], valPositives: [2, 1] });
    expect(await read()).toEqual({ vocabulary: ['cat', 'dog'], valPositives: [2, 1] });
    await writeSnapshot(snapshotFolder(folder), {
      root: folder,
      vocabulary: ['cat', 'dog'],
      splits: { train, val: val.slice(1), test: [] },
    });
    expect(await read()).toEqual({ vocabulary: ['cat', 'dog'], valPositives: [1, 1] });
    writeFileSync(path.join(snapshotFolder(folder), 'snapshot.json'), 'damaged');
    expect(await read()).toEqual({ vocabulary: [], valPositives: [] });
    rmSync(snapshotFolder(folder), { recursive: true });
    expect(await read()).toEqual({ vocabulary: [], valPositives: [] });
  });

  test('stays in memory for the eight most recently read runs', async () => {
    const histories = openHistories();
    const run = (name: string): string => path.join(folder, name, 'metrics.jsonl');
    const lossOf = async (name: string): Promise<number | null> =>
      (await histories.read(name, path.join(folder, name), '/photos')).phases[0]!.steps.loss[0]!;
    const names = Array.from({ length: 9 }, (_, i) => `run-${i}`);
    // Longer than the 4096 bytes that are compared to recognize a file that only grew.
    const write = (name: string, loss: number): void =>
      writeFileSync(
        run(name),
        [phase, step(1, loss), ...Array.from({ length: 60 }, (_, i) => step(i + 2))]
          .map((line) => `${JSON.stringify(line)}\n`)
          .join(''),
      );
    for (const name of names) {
      mkdirSync(path.join(folder, name));
      write(name, 0.1);
    }
    for (const name of names.slice(0, 8)) expect(await lossOf(name)).toBe(0.1);
    expect(await lossOf('run-0')).toBe(0.1); // run-1 is now the least recently read one
    expect(await lossOf('run-8')).toBe(0.1);
    for (const name of names) write(name, 0.9);
    for (const name of ['run-2', 'run-0', 'run-8']) expect([name, await lossOf(name)]).toEqual([name, 0.1]);
    expect(await lossOf('run-1')).toBe(0.9);
  });
});
