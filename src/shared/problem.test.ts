import { expect, test } from 'vitest';
import { toProblemData } from './problem.ts';

const failed = (code: string, syscall: string): Error =>
  Object.assign(new Error(`${code}: no such file or directory, ${syscall} '/disk/runs'`), {
    code,
    syscall,
    path: '/disk/runs',
  });

test('a read-only disk is called that, also where Node says that a file is missing', () => {
  // What Node 24 throws for mkdir(..., { recursive: true }) on a tmpfs mounted read-only, and for writing there.
  for (const error of [failed('ENOENT', 'mkdir'), failed('EROFS', 'open')])
    expect(toProblemData(error)).toMatchObject({
      kind: 'file',
      message: expect.stringMatching(/^\/disk\/runs cannot be written: the disk is read-only/) as string,
    });
  expect(toProblemData(failed('ENOENT', 'open')).message).toMatch(/^A file is missing/);
});
