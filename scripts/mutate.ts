import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { areas } from './mutationAreas.ts';

/**
 * `npm run mutate -- AREA ...` puts small bugs into an area's code one by one and counts those that its tests detect.
 */
const root = path.join(import.meta.dirname, '..');
const names = process.argv.slice(2);
const unknown = names.find((name) => areas[name] === undefined);
if (names.length === 0 || unknown !== undefined) {
  console.error(
    `${unknown === undefined ? 'Name an area' : `No area ${unknown}`}: one of ${Object.keys(areas).join(', ')}.`,
  );
  process.exit(2);
}
const stryker = path.join(root, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
for (const name of names) {
  console.log(`\n${name}`);
  const { status } = spawnSync(process.execPath, [stryker, 'run', 'stryker.config.js'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, DESTILA_MUTATE: name },
  });
  if (status !== 0) process.exitCode = 1;
}
