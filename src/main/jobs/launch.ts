import { fork } from 'node:child_process';
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
export type Launch = (entry: string, environment: Readonly<Record<string, string>>) => LaunchedProcess;

/** Number of characters of a crashed process's error output that are kept for the details of the Problem. */
const KEPT_ERROR_TEXT = 4000;

/** Launches under plain Node, with a fork. */
export const launchForked: Launch = (entry, environment) => {
  const child = fork(entry, [], {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, ...environment },
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

let launch: Launch = launchForked;

/** The desktop app launches Electron utility processes instead, because its binary is not Node. */
export function launchWith(other: Launch): void {
  launch = other;
}

/** Starts a file of this folder: the source under Node, the built file in the packaged app. */
export function launchEntry(
  name: 'jobProcess' | 'imagingProcess',
  environment: Readonly<Record<string, string>> = {},
): LaunchedProcess {
  return launch(path.join(import.meta.dirname, `${name}${ownEnding}`), environment);
}

/** '.ts' when running from sources, '.js' when built. */
export const ownEnding = path.extname(fileURLToPath(import.meta.url));
