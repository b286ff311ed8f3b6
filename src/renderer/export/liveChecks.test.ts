import { describe, expect, test, vi } from 'vitest';
import { runEventSchema } from '../../shared/events.ts';
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
    const [sums, model] = [message('bundle.checkSums'), message('bundle.checkModel')];
    const [note, fault] = [message('bundle.ignored', { files: 'x' }), message('bundle.fileExtra', { file: 'y' })];
    const checked = withEvent(withEvent(written, { type: 'check', name: sums, fault: null, note }), {
      type: 'check',
      name: model,
      fault,
      note: null,
    });
    expect(checked).toEqual({
      compared: { done: 40, total: 40 },
      written: true,
      checks: [
        { name: sums, ok: true, detail: note },
        { name: model, ok: false, detail: fault },
      ],
    });
  });

  test('a check that an earlier version logged as plain text keeps its text', () => {
    const event = runEventSchema.parse({ type: 'check', name: 'every file is there', fault: 'x is gone.', note: null });
    expect(withEvent(noChecks, event).checks).toEqual([
      { name: { text: 'every file is there' }, ok: false, detail: { text: 'x is gone.' } },
    ]);
  });

  test('events of a training that runs at the same time are ignored', () => {
    expect(withEvent(noChecks, { ...progress(3), stage: 'student' })).toBe(noChecks);
    expect(withEvent(noChecks, { type: 'stageFinished', stage: 'qat', seconds: 1, summary: {} })).toBe(noChecks);
  });
});
