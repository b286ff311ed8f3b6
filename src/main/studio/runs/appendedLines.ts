import type { FileHandle } from 'node:fs/promises';
import { openRegularFile } from '../../pipeline/storage/regularFile.ts';

/** Bytes before the read position that are compared to find out whether the file only grew: about twenty lines. */
const COMPARED_BYTES = 4096;
const LINE_FEED = 0x0a;

/** Reads each line of a growing file once. */
export interface AppendedLines {
  /**
   * Complete lines since the last call. `restarted` is true if the file was truncated; then these are all its lines.
   */
  next(): Promise<{ readonly lines: readonly string[]; readonly restarted: boolean }>;
}

/**
 * metrics.jsonl and log.jsonl of a long training have hundreds of thousands of lines, and screens read them after every
 * epoch and note. A resumed run truncates metrics.jsonl to its checkpoint and may write past the old end before the
 * next read. Therefore the bytes before the read position are compared as well as the length.
 */
export function openAppendedLines(file: string): AppendedLines {
  let at = 0;
  let before: Buffer = Buffer.alloc(0);
  return {
    next: async () => {
      const handle = await openRegularFile(file).catch(() => null);
      if (handle === null) {
        const restarted = at > 0;
        [at, before] = [0, Buffer.alloc(0)];
        return { lines: [], restarted };
      }
      try {
        const { size } = await handle.stat();
        const same = (await bytesAt(handle, at - before.length, before.length)).equals(before);
        if (!same) [at, before] = [0, Buffer.alloc(0)];
        const fresh = await bytesAt(handle, at, size - at);
        // The last line may be incomplete.
        const whole = fresh.subarray(0, fresh.lastIndexOf(LINE_FEED) + 1);
        at += whole.length;
        before = Buffer.from(Buffer.concat([before, whole.subarray(-COMPARED_BYTES)]).subarray(-COMPARED_BYTES));
        return { lines: whole.toString('utf8').split('\n').slice(0, -1), restarted: !same };
      } finally {
        await handle.close();
      }
    },
  };
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = length === 0 ? { bytesRead: 0 } : await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
