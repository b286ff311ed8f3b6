import { expect, test } from 'vitest';
import type { WeightsEntry } from '../../shared/contract/weights.ts';
import { weightsFor } from './weightsChoice.ts';

const entry = (id: string, architecture: WeightsEntry['architecture'], path: string | null): WeightsEntry => ({ id, name: id, architecture, page: null, licence: null, megabytes: 1, fileName: id, path, progress: null, problem: null });

test('a network is offered what fits it: what is there first, then own files, then downloads', () => {
  const entries = [entry('b3', 'efficientnet-b3', '/b3'), entry('lite1-download', 'efficientnet-lite1', null), entry('own', null, '/own'), entry('lite1', 'efficientnet-lite1', '/lite1')];
  expect(weightsFor('efficientnet-lite1', entries).map(({ id }) => id)).toEqual(['own', 'lite1', 'lite1-download']);
});
