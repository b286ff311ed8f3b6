import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/main/pipeline/engine/engine.ts';
import { conformanceCases, holds } from './cases.ts';
import { oracle } from './oracle.ts';
import { tolerances } from './tolerances.ts';

export interface Subject {
  readonly name: keyof typeof tolerances;
  /** The engine, or the reason why it does not start here. */
  readonly start: () => Promise<Engine | string>;
  /** For engines that compile graphs slowly: few nets, which together contain every op, and one optimizer per kind. */
  readonly few?: boolean;
}

/** Runs the cases as tests. */
export async function conforms({ name, start, few = false }: Subject): Promise<void> {
  const started = await start();
  if (typeof started === 'string') {
    describe.skip(`${name} conforms (skipped: ${started})`, () => test('starts', () => undefined));
    return;
  }
  describe(`${name} conforms`, () => {
    const cases = conformanceCases({ engine: started, oracle, within: tolerances[name], few });
    test.each(cases.map((one) => [one.name, one] as const))('%s', async (_, { compare }) => {
      const differences = await compare();
      expect(differences.filter((difference) => !holds(difference))).toEqual([]);
      expect(differences).not.toEqual([]);
    });
  });
}
