import { describe, expect, test } from 'vitest';
import { isStatistic } from '../../src/main/pipeline/graph/graph.ts';
import { lossInFloat64 } from './float64.ts';
import { changes, inverted, net, parametersOf, request, squeezeExcite, stepInput, steps } from './nets.ts';
import { oracle } from './oracle.ts';

/**
 * Tests the oracle itself. Keras's trajectories (tests/parity/training.test.ts) and others' losses (losses.test.ts) do
 * so too.
 */
const distillation = { alpha: 0.7, temperature: 2 };
const STEP = 1e-6;
/** Number of values that are checked per parameter, evenly spaced. */
const PROBES = 4;

describe('the oracle', () => {
  test.each([
    ['Lite blocks', net(8, inverted(true))],
    ['MBConv blocks', net(8, inverted(false))],
    ['squeeze-excite', net(6, squeezeExcite)],
  ] as const)('%s: its loss and every gradient are those of central differences in float64', async (_, model) => {
    const parameters = parametersOf(model);
    const input = stepInput(model, 0);
    const found = await steps(oracle, request(model, parameters), [input]);
    const gradients = changes(parameters, found.state.parameters);
    const exact = new Map([...parameters].map(([name, { data }]) => [name, Float64Array.from(data)]));
    const loss = (): number => lossInFloat64(model, exact, input, distillation);
    expect(Math.abs(found.losses[0]! / loss() - 1)).toBeLessThan(1e-6);
    for (const { name, role } of model.parameters.filter(({ role }) => !isStatistic(role))) {
      const values = exact.get(name)!,
        gradient = gradients.get(name)!.data;
      const largest = gradient.reduce((max, g) => Math.max(max, Math.abs(g)), 0);
      for (let probe = 0; probe < Math.min(PROBES, values.length); probe++) {
        const i = Math.floor((probe * values.length) / PROBES) % values.length;
        const kept = values[i]!;
        values[i] = kept + STEP;
        const above = loss();
        values[i] = kept - STEP;
        const slope = (above - loss()) / (2 * STEP);
        values[i] = kept;
        const off = Math.abs(gradient[i]! - slope) / Math.max(largest, 1e-3);
        expect({ name, role, i, close: off < 2e-3 || off }).toEqual({ name, role, i, close: true });
      }
    }
  });
});
