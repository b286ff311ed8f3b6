import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A child process that exchanges plain messages with this one. */
export interface LaunchedProcess {
  readonly pid: number;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The listener is called once, with the last lines of the error output. */
  onEnd(listener: (end: { code: number | null; signal: NodeJS.Signals | null; errorText: string }) => void): void;
  kill(): void;
}

/** `environment` is added to that of this process. */
export type Launch = (name: EntryName, environment: Readonly<Record<string, string>>) => LaunchedProcess;

/** The files of this folder that are started as processes: the source, or the built file in a package. */
export type EntryName = 'jobProcess' | 'imagingProcess';

/** Number of characters of a crashed process's error output that are kept for the details of the Problem. */
const KEPT_ERROR_TEXT = 4000;

let node = process.execPath;

/**
 * The desktop app names a Node of its own, because its binary is not one: in Electron's processes onnxruntime dies at
 * allocations of 1 GiB, sharp is not supported, and the environment does not reach the loader of libraries.
 */
export function launchIn(binary: string): void {
  node = binary;
}

/** Launches a file of this folder in Node. */
export const launchEntry: Launch = (name, environment) => {
  const entry = outsideArchive(path.join(import.meta.dirname, `${name}${ownEnding}`));
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', entry], {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    serialization: 'advanced',
    env: { ...process.env, ...environment },
    windowsHide: true, // Or else Windows opens a console window for each job.
  });
  let errorText = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errorText = (errorText + chunk.toString('utf8')).slice(-KEPT_ERROR_TEXT);
  });
  child.stderr?.on('error', () => undefined); // An error here only costs the details of a crash.
  return {
    pid: child.pid ?? -1,
    send: (message) => {
      if (child.connected) child.send(message as object);
    },
    onMessage: (listener) => void child.on('message', listener),
    onEnd: (listener) => {
      let ended = false;
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        if (!ended) listener({ code, signal, errorText });
        ended = true;
      };
      child.on('error', (error) => {
        errorText ||= error.message;
        end(null, null);
      });
      child.on('close', end);
    },
    kill: () => void child.kill('SIGKILL'),
  };
};

/**
 * Node cannot read the archive that Electron runs from. A package keeps the files that Node runs beside the archive, in
 * a folder of the same layout.
 */
export const outsideArchive = (file: string): string => file.replace(/([\\/]app\.asar)(?=[\\/])/, '$1.unpacked');

/** '.ts' when running from sources, '.js' when built. */
export const ownEnding = path.extname(fileURLToPath(import.meta.url));
