import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '..', '..');

/** Loads a module in Node and returns which native packages that loads. */
function nativePackagesOf(file: string): string[] {
  const script = `
    import { registerHooks } from 'node:module';
    const native = new Set();
    registerHooks({
      resolve: (name, context, next) => {
        if (['sharp', 'onnxruntime-node'].includes(name)) native.add(name);
        return next(name, context);
      },
    });
    await import(${JSON.stringify(path.join(root, file))});
    process.stdout.write(JSON.stringify([...native].sort()));
    process.exit(0);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(stderr).not.toMatch(/Error/);
  return JSON.parse(stdout) as string[];
}

test('what runs in a job loads the native packages', () => {
  expect(nativePackagesOf('src/main/jobs/runJob.ts')).toEqual(['onnxruntime-node', 'sharp']);
});

// A native crash must never end the studio, and inside Electron both packages are unsafe. It also starts faster.
test.each(['src/main/studio/studio.ts', 'src/main/studio/thread/tasks.ts'])('%s loads no native package', (file) => {
  expect(nativePackagesOf(file)).toEqual([]);
});
