#!/usr/bin/env node
// Starts the command line with a Node that runs TypeScript: this one if it is new enough, or else the one from npm.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
const newEnough = major > 22 || (major === 22 && minor >= 18);
const main = fileURLToPath(new URL('../src/main/doors/cli/main.ts', import.meta.url));

if (newEnough) {
  await import(new URL('../src/main/doors/cli/main.ts', import.meta.url).href);
} else {
  const own = fileURLToPath(
    new URL(`../node_modules/.bin/node${process.platform === 'win32' ? '.cmd' : ''}`, import.meta.url),
  );
  if (!existsSync(own)) {
    console.error(
      `Destila Studio needs Node 22.18 or newer, but this is ${process.versions.node}. ` +
        "Install a newer one from nodejs.org, or run 'npm ci' in this folder again.",
    );
    process.exit(1);
  }
  const child = spawn(own, [main, ...process.argv.slice(2)], { stdio: 'inherit', shell: process.platform === 'win32' });
  // Ctrl-C reaches both processes, and the command line counts it once. Other signals only reach this process, so they
  // are forwarded.
  const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
  for (const signal of stopSignals) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (stopSignals.includes(signal) ? 130 : 1)));
}
