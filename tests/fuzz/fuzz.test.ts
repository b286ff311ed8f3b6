import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';
import { openTarget, targetNames } from './target.ts';

/** A short run of `npm run fuzz`: the same inputs each time. */
const root = mkdtempSync(path.join(tmpdir(), 'fuzz-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Inputs that are slow to make or to read get fewer. */
const runs: Partial<Record<(typeof targetNames)[number], number>> = { bundle: 30, tflite: 100, imageHeaders: 60 };

test.each(targetNames)('%s: whatever the file holds, it is read or refused with a Problem', async (name) => {
  const target = await openTarget(name, mkdtempSync(path.join(root, 'target-')));
  const { inputs, accepted, refused } = await fuzz(target, { seed: 1, runs: runs[name] ?? 150, milliseconds: null });
  expect(accepted + refused).toBe(inputs);
  expect(accepted).toBeGreaterThan(0);
});
