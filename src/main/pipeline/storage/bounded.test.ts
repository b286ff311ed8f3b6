import { expect, test } from 'vitest';
import { mapBounded } from './bounded.ts';

test('results keep the order of the items, with at most `limit` in progress', async () => {
  const open: (() => void)[] = [];
  let most = 0;
  const done = mapBounded(
    Array.from({ length: 10 }, (_, i) => i),
    async (item) => {
      await new Promise<void>((resolve) => {
        open.push(resolve);
        most = Math.max(most, open.length);
      });
      return item * 2;
    },
    3,
  );
  let released = 0;
  while (released < 10) {
    // The last item to start ends first, so that the order of ends differs from that of the items.
    open.pop()?.();
    released++;
    await new Promise(setImmediate);
  }
  expect(await done).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
  expect(most).toBe(3);
});

test('rejects with the first failure, and starts no further item', async () => {
  const begun: number[] = [];
  await expect(
    mapBounded(
      [1, 2, 3, 4],
      async (item) => {
        begun.push(item);
        if (item === 2) throw new Error('no descriptor left');
        await new Promise(setImmediate);
      },
      2,
    ),
  ).rejects.toThrow('no descriptor left');
  expect(begun).toEqual([1, 2]);
});
