import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildScreens } from './build.ts';

/**
 * `npm start` opens the desktop app if its binary and a display exist, or else the studio in the browser, and says why.
 */
const root = path.join(import.meta.dirname, '..');
const run = (command: string, args: readonly string[]): number =>
  spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status ?? 1;

/** The Electron binary is in its package folder once it has been downloaded. */
function electronBinary(): string | null {
  const folder = path.join(root, 'node_modules', 'electron');
  const named = path.join(folder, 'path.txt');
  if (!existsSync(named)) return null;
  const binary = path.join(folder, 'dist', readFileSync(named, 'utf8').trim());
  return existsSync(binary) ? binary : null;
}

function whyNoDesktop(binary: string | null): string | null {
  if (binary === null)
    return 'the Electron binary is not installed (its download may have been blocked); `npx install-electron` downloads it';
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)';
  return null;
}

const binary = electronBinary();
const why = whyNoDesktop(binary);
if (why === null && binary !== null) {
  console.log('Opening the desktop app.');
  const built = run(process.execPath, [
    path.join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'),
    'build',
    '--logLevel',
    'warn',
  ]);
  process.exit(built === 0 ? run(binary, ['.']) : built);
}
console.log(`Opening in the browser, because ${why}.\n`);
await buildScreens();
process.exit(
  run(process.execPath, [path.join(root, 'src', 'main', 'doors', 'cli', 'main.ts'), 'serve', ...process.argv.slice(2)]),
);
