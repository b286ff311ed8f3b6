import { expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import { Problem } from '../../../shared/problem.ts';
import type { JobRequest } from '../../jobs/protocol.ts';
import type { Job } from '../../jobs/startJob.ts';
import { openLearningRates } from './learningRates.ts';

const config = configSchema.parse({ engine: { name: 'onnx-cpu' } });
const curve = {
  network: 'student',
  points: [{ learningRate: 1e-6, loss: 0.7, smoothed: 0.7 }],
  suggested: 0.001,
  stoppedEarly: false,
};

/** Searches that end when the test ends them. */
function searches(training = false) {
  const begun: { request: Promise<JobRequest>; end(value: unknown): void }[] = [];
  const rates = openLearningRates(
    () => training,
    (request): Job => {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      begun.push({ request, end: resolve });
      return {
        pid: 1,
        started: Promise.resolve(),
        result: promise,
        send: () => undefined,
        cancel: () => reject(new Problem('cancelled.work')),
      };
    },
  );
  const find = (network: 'teacher' | 'student' = 'student'): Promise<void> =>
    rates.find({ project: 'p', folder: '/photos', config, network }, {});
  return { begun, rates, find };
}

test('a result is kept with its settings, only for its project and network', async () => {
  const { begun, rates, find } = searches();
  const search = find();
  expect(await begun[0]!.request).toMatchObject({
    type: 'learningRateRange',
    project: '/photos',
    network: 'student',
    engine: 'onnx-cpu',
  });
  begun[0]!.end(curve);
  await search;
  expect(rates.found('p')).toEqual({ teacher: null, student: { ...curve, config } });
  expect(rates.found('q')).toEqual({ teacher: null, student: null });
});

test('only one search runs at a time; the next may start when it has ended', async () => {
  const { begun, find } = searches();
  const first = find();
  await expect(find('teacher')).rejects.toMatchObject({ code: 'busy.rateSearchRunning' });
  begun[0]!.end(curve);
  await first;
  const second = find('teacher');
  begun[1]!.end(curve);
  await second;
});

test('no search starts during a training', async () => {
  const { begun, find } = searches(true);
  await expect(find()).rejects.toMatchObject({ code: 'busy.trainingDisturbsRateSearch' });
  expect(begun).toEqual([]);
});

test('a cancelled search keeps the earlier result and allows another search', async () => {
  const { begun, rates, find } = searches();
  const first = find();
  begun[0]!.end(curve);
  await first;
  const second = find();
  rates.cancel();
  await expect(second).rejects.toMatchObject({ kind: 'cancelled' });
  expect(rates.found('p').student).toMatchObject(curve);
  const third = find();
  begun[2]!.end({ ...curve, suggested: null });
  await third;
  expect(rates.found('p').student!.suggested).toBeNull();
});
