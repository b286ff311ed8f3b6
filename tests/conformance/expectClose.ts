import { expect } from 'vitest';
import type { Parameters } from '../../src/main/pipeline/graph/graph.ts';
import { distance } from './nets.ts';

export function expectClose(found: Parameters, expected: Parameters, tolerance: number): void {
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, { data }] of expected)
    expect({
      name,
      distance: distance(found.get(name)!.data, data) < tolerance || distance(found.get(name)!.data, data),
    }).toEqual({ name, distance: true });
}
