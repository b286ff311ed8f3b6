import { expect, test } from 'vitest';
import type { WeightsEntry } from '../../shared/contract/weights.ts';
import { runsFor, weightsFor } from './weightsChoice.ts';

const entry = (id: string, architecture: WeightsEntry['architecture'], path: string | null): WeightsEntry => ({
  id,
  name: id,
  architecture,
  page: null,
  host: null,
  license: null,
  megabytes: 1,
  fileName: id,
  path,
  progress: null,
  problem: null,
  stage: null,
});

test('a network is offered what fits it: what is there first, then own files, then downloads', () => {
  const entries = [
    entry('b3', 'efficientnet-b3', '/b3'),
    entry('lite1-download', 'efficientnet-lite1', null),
    entry('own', null, '/own'),
    entry('lite1', 'efficientnet-lite1', '/lite1'),
  ];
  expect(weightsFor('efficientnet-lite1', entries).map(({ id }) => id)).toEqual(['own', 'lite1', 'lite1-download']);
});

test('networks of own runs stand apart; a student is offered those that can be quantized', () => {
  const entries = [
    { ...entry('run-2', 'efficientnet-lite0', '/2'), stage: 'student' as const },
    { ...entry('run-1', 'efficientnet-b3', '/1'), stage: 'teacher' as const },
    entry('own', null, '/own'),
  ];
  expect(runsFor('student', entries).map(({ id }) => id)).toEqual(['run-2']);
  expect(runsFor('teacher', entries).map(({ id }) => id)).toEqual(['run-2', 'run-1']);
  expect(weightsFor('efficientnet-lite0', entries).map(({ id }) => id)).toEqual(['own']);
});
