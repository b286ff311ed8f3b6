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
  expect(toProblemData(failed('ENOENT', 'open')).code).toBe('file.missing');
});

test("a file's problem names the file; the system's own text is only in the detail", () => {
  const problems = ['ENOENT', 'EACCES', 'EPERM'].map((code) => toProblemData(failed(code, 'open')));
  expect(problems.map(({ code }) => code)).toEqual(['file.missing', 'file.noPermission', 'file.noPermission']);
  for (const { message, detail } of problems) {
    expect(message).toContain('/disk/runs');
    expect(message).not.toMatch(/ENOENT|EACCES|EPERM|no such file/);
    expect(detail).toContain("no such file or directory, open '/disk/runs'");
  }
  // As for a port below 1024: there is no path.
  const port = Object.assign(new Error('listen EACCES: permission denied 127.0.0.1:80'), { code: 'EACCES' });
  expect(toProblemData(port)).toMatchObject({
    code: 'file.accessDenied',
    detail: expect.stringContaining('127.0.0.1:80') as string,
  });
  expect(toProblemData({ code: 'ENOENT' })).toMatchObject({ code: 'file.someMissing', detail: '[object Object]' });
});
