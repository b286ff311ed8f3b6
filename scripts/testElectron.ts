import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { electronBinary, hasDisplay, thisMachine } from './electron.ts';

/**
 * `npm run test:electron` runs the tests of the desktop app, or says that they were skipped for lack of a binary or
 * display.
 */
const root = path.join(import.meta.dirname, '..');
const machine = thisMachine(root);
const binary = electronBinary(machine);
if (binary === null) {
  console.log(
    'Skipped: the Electron binary is not installed (`npx install-electron` downloads it). The desktop app was not tested.',
  );
  process.exit(0);
}
if (!hasDisplay(machine)) {
  console.log('Skipped: there is no display. Run this under xvfb-run. The desktop app was not tested.');
  process.exit(0);
}
const node = (...args: string[]): number =>
  spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, DESTILA_ELECTRON: binary } })
    .status ?? 1;
process.exit(
  node(path.join(root, 'node_modules/electron-vite/bin/electron-vite.js'), 'build', '--logLevel', 'warn') ||
    node(
      path.join(root, 'node_modules/@playwright/test/cli.js'),
      'test',
      '--config',
      'tests/desktop/playwright.config.ts',
      ...process.argv.slice(2),
    ),
);
