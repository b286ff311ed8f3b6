import { expect, test } from 'vitest';
import type { Config } from '../../../shared/config.ts';
import { configSchema } from '../../../shared/config.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Fit } from './fitToMachine.ts';
import { fitToMachine } from './fitToMachine.ts';

const images = { train: 1600, val: 160, test: 160 };
const candidate = (architecture: Config['teacher']['architecture']): Config =>
  configSchema.parse({
    teacher: { architecture, batch_size: 16, epochs_head: 0, weights: 'a' },
    student: { architecture: 'efficientnet-lite1', batch_size: 16, epochs_head: 0, alpha: 1, weights: 'b' },
  });
const large = candidate('efficientnet-b3'),
  small = candidate('efficientnet-lite1');

/** Seconds per step of the teacher, by architecture, and of the student; scoring costs nothing. */
const machine = (teachers: Readonly<Record<string, number>>, student: number) => {
  const asked: string[] = [];
  const measure = ({ teacher }: Config) => {
    asked.push(teacher.architecture);
    const stepSeconds = teachers[teacher.architecture];
    if (stepSeconds === undefined) return Promise.reject(new Problem('file.notDownloading'));
    return Promise.resolve({
      teacher: { stepSeconds, scoreSeconds: 0 },
      student: { stepSeconds: student, scoreSeconds: 0 },
      memoryBytes: 1,
    });
  };
  return { measure, asked };
};
const epochsOf = (fit: Fit | null) => [
  fit!.config.teacher.epochs_finetune,
  fit!.config.student.epochs_finetune,
  fit!.config.qat.epochs,
];

test('a fast machine trains the largest teacher for the usual number of epochs', async () => {
  const { measure, asked } = machine({ 'efficientnet-b3': 0.01, 'efficientnet-lite1': 0.01 }, 0.01);
  const found = await fitToMachine([large, small], images, measure);
  expect(found!.config.teacher.architecture).toBe('efficientnet-b3');
  expect(epochsOf(found)).toEqual([20, 20, 5]);
  expect(asked).toEqual(['efficientnet-b3']);
});

test('a slow machine trains for as many epochs as fit into two hours', async () => {
  // 100 steps an epoch. With n epochs: n * (300 + 200) s, and 5 epochs of quantization at 1.3 * 200 s: 1,300 s.
  // 14 epochs take 8,300 s, which is more than 7,200 s; 10 epochs take 6,300 s.
  const { measure } = machine({ 'efficientnet-lite1': 3 }, 2);
  const found = await fitToMachine([small], images, measure);
  expect(epochsOf(found)).toEqual([10, 10, 5]);
  expect(found!.seconds).toBeCloseTo(6300, 6);
});

test('a larger teacher that leaves time for fewer than 7 epochs gives way to a smaller one', async () => {
  // 7 epochs with the large one: 7 * (1000 + 200) + 1300 s.
  const { measure, asked } = machine({ 'efficientnet-b3': 10, 'efficientnet-lite1': 3 }, 2);
  const found = await fitToMachine([large, small], images, measure);
  expect(found!.config.teacher.architecture).toBe('efficientnet-lite1');
  expect(asked).toEqual(['efficientnet-b3', 'efficientnet-lite1']);
});

test('without time for a teacher, the student has all of it', async () => {
  // 100 steps an epoch. Without a teacher, 14 epochs take 14 * 300 s, and 5 of quantization 1.3 * 1,500 s: 6,150 s.
  const none: Config = {
    ...small,
    teacher: { ...small.teacher, epochs_finetune: 0 },
  };
  const { measure } = machine({ 'efficientnet-b3': 10, 'efficientnet-lite1': 3 }, 3);
  const found = await fitToMachine([large, none], images, measure);
  expect(epochsOf(found)).toEqual([0, 14, 5]);
  expect(found!.seconds).toBeCloseTo(6150, 6);
});

test('few images are seen more often', async () => {
  // 6 steps an epoch, of which 250 epochs would be needed: the longest choice.
  const { measure } = machine({ 'efficientnet-lite1': 0.1 }, 0.1);
  expect(epochsOf(await fitToMachine([small], { train: 87, val: 22, test: 19 }, measure))).toEqual([60, 60, 5]);
  // 50 steps an epoch, of which 30 epochs are 1,500 steps.
  expect(epochsOf(await fitToMachine([small], { train: 800, val: 80, test: 80 }, measure))).toEqual([28, 28, 5]);
});

test('a machine that is too slow for anything gets the shortest plan', async () => {
  const { measure } = machine({ 'efficientnet-lite1': 100 }, 100);
  expect(epochsOf(await fitToMachine([small], images, measure))).toEqual([1, 1, 1]);
});

test('a teacher that does not run is passed over; null if none runs; a cancel ends the search', async () => {
  const { measure } = machine({ 'efficientnet-lite1': 1 }, 1);
  expect((await fitToMachine([large, small], images, measure))!.config.teacher.architecture).toBe('efficientnet-lite1');
  expect(await fitToMachine([large], images, measure)).toBeNull();
  await expect(
    fitToMachine([large, small], images, () => Promise.reject(new Problem('cancelled.imageNotNeeded'))),
  ).rejects.toMatchObject({ kind: 'cancelled' });
});
