import { describe, expect, test, vi } from 'vitest';
import { message } from '../../shared/message.ts';

vi.mock('../api/client.ts', () => ({
  call: () => Promise.reject(new Error('nobody answers')),
  listen: () => undefined,
}));
const { noChecks, withEvent } = await import('./liveChecks.ts');

describe('checks of an export as they come', () => {
  const progress = (done: number) => ({
    type: 'progress' as const,
    stage: 'export' as const,
    activity: message('activity.comparingWithLitert'),
    done,
    total: 40,
    unit: 'images' as const,
    rate: null,
    secondsLeft: null,
  });

  test('images are counted until the bundle is written, then each check is added', () => {
    const comparing = withEvent(noChecks, progress(12));
    expect(comparing).toEqual({ compared: { done: 12, total: 40 }, written: false, checks: [] });
    const written = withEvent(withEvent(comparing, progress(40)), {
      type: 'stageFinished',
      stage: 'export',
      seconds: 1,
      summary: { compared: 40 },
    });
    const checked = withEvent(withEvent(written, { type: 'check', name: 'a', fault: null, note: 'x ignored' }), {
      type: 'check',
      name: 'b',
      fault: 'it is not so',
      note: null,
    });
    expect(checked).toEqual({
      compared: { done: 40, total: 40 },
      written: true,
      checks: [
        { name: 'a', ok: true, detail: 'x ignored' },
        { name: 'b', ok: false, detail: 'it is not so' },
      ],
    });
  });

  test('what a training beside it reports is not taken for it', () => {
    expect(withEvent(noChecks, { ...progress(3), stage: 'student' })).toBe(noChecks);
    expect(withEvent(noChecks, { type: 'stageFinished', stage: 'qat', seconds: 1, summary: {} })).toBe(noChecks);
  });
});
