import { utilityProcess } from 'electron';
import type { Launch } from '../../jobs/launch.ts';

const KEPT_ERROR_TEXT = 4000;

/** Runs jobs in Electron's utility processes, which have Node and native modules and are separate from the window. */
export const launchUtility: Launch = (entry, environment) => {
  const child = utilityProcess.fork(entry, [], {
    stdio: ['ignore', 'inherit', 'pipe'],
    serviceName: 'destila job',
    env: { ...process.env, ...environment },
  });
  let errorText = '';
  const waiting: unknown[] = [];
  let up = false;
  child.stderr?.on('data', (chunk: Buffer) => {
    errorText = (errorText + chunk.toString('utf8')).slice(-KEPT_ERROR_TEXT);
  });
  // Messages sent before the process is running would be lost.
  child.once('spawn', () => {
    up = true;
    for (const message of waiting) child.postMessage(message);
  });
  return {
    get pid() {
      return child.pid ?? -1;
    },
    send: (message) => {
      if (up) child.postMessage(message);
      else waiting.push(message);
    },
    onMessage: (listener) => void child.on('message', listener),
    onEnd: (listener) => void child.once('exit', (code) => listener({ code, signal: null, errorText })),
    kill: () => void child.kill(),
  };
};
