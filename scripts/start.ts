import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { buildScreens } from './build.ts';
import { electronBinary, hasDisplay, sandboxArguments, thisMachine } from './electron.ts';

/**
 * `npm start` opens the desktop app if its binary and a display exist, or else the studio in the browser, and says why.
 */
const root = path.join(import.meta.dirname, '..');
const machine = thisMachine(root);
const run = (command: string, args: readonly string[]): number =>
  spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status ?? 1;

function whyNoDesktop(binary: string | null): string | null {
  if (binary === null)
    return 'the Electron binary is not installed. Its download may have been blocked; `npx install-electron` downloads it';
  if (!hasDisplay(machine)) return 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)';
  return null;
}

const binary = electronBinary(machine);
const why = whyNoDesktop(binary);
if (why === null && binary !== null) {
  console.log('Opening the desktop app.');
  const built = run(process.execPath, [
    path.join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'),
    'build',
    '--logLevel',
    'warn',
  ]);
  process.exit(built === 0 ? run(binary, [...sandboxArguments(machine), '.']) : built);
}
console.log(`Opening in the browser, because ${why}.\n`);
await buildScreens();
process.exit(
  run(process.execPath, [path.join(root, 'src', 'main', 'doors', 'cli', 'main.ts'), 'serve', ...process.argv.slice(2)]),
);
