import { describe, expect, test, vi } from 'vitest';
import { configSchema } from '../../shared/config.ts';
import type { FoundRate } from '../../shared/contract/runs.ts';
import { Problem } from '../../shared/problem.ts';

const call = vi.fn();
vi.mock('../api/client.ts', () => ({
  call: (...asked: unknown[]) => call(...asked) as unknown,
  listen: () => undefined,
}));
const { useConfig } = await import('./configStore.ts');
const { useStudio } = await import('../stores/studio.ts');
const { findRate, stillHolds } = await import('./rates.ts');

const config = configSchema.parse({});
const found: FoundRate = { network: 'student', points: [], suggested: 0.001, stoppedEarly: false, config };

describe('a rate that was found', () => {
  test('holds on when rates and epochs change, its own taken over among them, and when the other network does', () => {
    expect(
      stillHolds(
        found,
        configSchema.parse({ student: { lr_finetune: 0.001, epochs_finetune: 3 }, teacher: { batch_size: 4 } }),
      ),
    ).toBe(true);
  });
  test('does not hold for another batch, other photos or another augmentation', () => {
    for (const other of [
      { student: { batch_size: 4 } },
      { data: { sampling: 'balanced' } },
      { augmentation: { noise: 3 } },
    ])
      expect(stillHolds(found, configSchema.parse(other))).toBe(false);
  });
});

test('a search that was stopped says nothing; one that cannot be says why', async () => {
  useConfig.setState({ project: 'p', config });
  for (const [kind, shown] of [
    ['cancelled', null],
    ['busy', { kind: 'busy', message: 'why' }],
  ] as const) {
    useStudio.setState({ problem: null });
    call.mockRejectedValueOnce(Problem.from({ kind, message: 'why' }));
    await findRate('teacher');
    expect(call).toHaveBeenLastCalledWith('learningRate.find', { project: 'p', config, network: 'teacher' });
    if (shown === null) expect(useStudio.getState().problem).toBeNull();
    else expect(useStudio.getState().problem).toMatchObject(shown);
  }
});
