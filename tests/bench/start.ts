import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { median } from './median.ts';

const STARTS = 5;
/** A new user folder makes the studio measure the machine; memory at rest is that after the measurement. */
const REST_MS = 10_000;

interface Started {
  readonly child: ChildProcess;
  /** From the start of the process, in milliseconds: the first frame with content, and the first screen that can be used. */
  readonly painted: number;
  readonly interactive: number;
  /** Of all processes until then, in milliseconds: what the load of the machine does not change much. */
  readonly processorTime: number;
  close(): Promise<void>;
}

/**
 * Starts the unpacked package (or the binary that DESTILA_PACKAGE names) with a new user folder each time: until the
 * window is painted, until it can be used, and memory at rest. Linux only, because it reads /proc.
 */
export async function benchStart(): Promise<void> {
  const root = path.join(import.meta.dirname, '..', '..');
  const binary = process.env.DESTILA_PACKAGE ?? path.join(root, 'dist', 'linux-unpacked', 'destila-studio');
  if (!existsSync(binary)) return console.log(`${binary} does not exist. Run npm run package -- dir first.`);
  if (!process.env.DISPLAY) return console.log('There is no display. Run this under xvfb-run.');
  const load = (): string => `load ${os.loadavg()[0]!.toFixed(1)} on ${os.availableParallelism()} cores`;
  evict(path.dirname(binary));
  const cold = await start(binary);
  console.log(
    `cold start: painted ${cold.painted.toFixed(0)} ms, interactive ${cold.interactive.toFixed(0)} ms; ${load()}`,
  );
  await cold.close();
  const painted: number[] = [];
  const interactive: number[] = [];
  const processorTimes: number[] = [];
  let memory = 0;
  for (let i = 0; i < STARTS; i++) {
    const started = await start(binary);
    painted.push(started.painted);
    interactive.push(started.interactive);
    processorTimes.push(started.processorTime);
    if (i === STARTS - 1) {
      await atRest(started.child.pid!);
      memory = report(started.child.pid!);
    }
    await started.close();
  }
  const all = (times: readonly number[]): string => times.map((ms) => ms.toFixed(0)).join(', ');
  console.log(`painted: median ${median(painted).toFixed(0)} ms of ${all(painted)}; aim: under 1000; ${load()}`);
  console.log(`interactive: median ${median(interactive).toFixed(0)} ms of ${all(interactive)}; aim: under 2000`);
  console.log(`processor time until then: median ${median(processorTimes).toFixed(0)} ms of ${all(processorTimes)}`);
  console.log(`memory at rest: ${memory.toFixed(0)} MB (PSS of all processes); aim: under 350`);
}

/** Drops the package's files from the system's cache, and no others. */
function evict(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile())
      execFileSync('dd', [`if=${path.join(entry.parentPath, entry.name)}`, 'iflag=nocache', 'count=0'], {
        stdio: 'ignore',
      });
}

async function start(binary: string): Promise<Started> {
  const home = mkdtempSync(path.join(tmpdir(), 'destila-bench-start-'));
  const folder = (name: string): string => path.join(home, name);
  const env = {
    ...process.env,
    HOME: home,
    LANG: 'en_US.UTF-8',
    XDG_CONFIG_HOME: folder('config'),
    DESTILA_STATE: folder('state'),
    DESTILA_CACHE: folder('cache'),
  };
  // Chromium refuses its sandbox to root.
  const args = ['--remote-debugging-port=0', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  const begun = Date.now();
  const child = spawn(binary, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const { origin, paint, now } = await whenUsable(child);
  const processorTime = processorTimeOf(child.pid!);
  return {
    child,
    processorTime,
    painted: origin + paint - begun,
    interactive: origin + now - begun,
    close: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface Times {
  readonly origin: number;
  readonly paint: number;
  readonly now: number;
}

/** A studio that stayed open would share its memory with the next one and make that look smaller. */
async function whenUsable(child: ChildProcess): Promise<Times> {
  try {
    return await evaluate<Times>(await debuggerPort(child), usable);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** Runs in the page: waits for the first screen's button, for which the studio has answered, and for an idle moment. */
const usable = `new Promise((resolve) => {
  const answer = () => resolve({
    origin: performance.timeOrigin,
    paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    now: performance.now(),
  });
  const look = () => {
    const button = [...document.querySelectorAll('button')].find((one) => /Open a folder/.test(one.textContent));
    const painted = performance.getEntriesByName('first-contentful-paint').length > 0;
    if (button && !button.disabled && painted) requestIdleCallback(answer);
    else setTimeout(look, 5);
  };
  look();
})`;

const debuggerPort = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    child.once('exit', (code) => reject(new Error(`The studio ended with ${code}: ${text}`)));
    child.stderr!.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const port = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1];
      if (port !== undefined) resolve(port);
    });
  });

interface DebugTarget {
  readonly url: string;
  readonly webSocketDebuggerUrl: string;
}

interface Answer<T> {
  readonly error?: { readonly message: string };
  readonly result?: { readonly result: { readonly value?: T; readonly description?: string } };
}

/**
 * Chrome's own protocol, because Electron lacks parts of it that Playwright needs. Asks again if the window was still
 * leaving its empty first page.
 */
async function evaluate<T>(port: string, expression: string): Promise<T> {
  for (;;) {
    const socket = new WebSocket(await pageAddress(port));
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
    const params = { expression, awaitPromise: true, returnByValue: true };
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
    const data = await new Promise((resolve) =>
      socket.addEventListener('message', (event) => resolve(event.data), { once: true }),
    );
    socket.close();
    const { error, result } = JSON.parse(String(data)) as Answer<T>;
    if (result?.result.value !== undefined) return result.result.value;
    if (error === undefined) throw new Error(result?.result.description);
  }
}

async function pageAddress(port: string): Promise<string> {
  for (;;) {
    const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as DebugTarget[];
    const page = targets.find(({ url }) => url.startsWith('destila:'));
    if (page !== undefined) return page.webSocketDebuggerUrl;
    await wait(10);
  }
}

const children = (pid: number): number[] =>
  readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' '))
    .filter((id) => id !== '')
    .map(Number);

/** Clock ticks are 10 ms on every Linux that Node supports. */
function processorTimeOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  const own = (Number(fields[11]) + Number(fields[12])) * 10; // utime, stime
  return own + children(pid).reduce((sum, child) => sum + processorTimeOf(child), 0);
}

/** Waits until no job has run for a while. */
async function atRest(pid: number): Promise<void> {
  for (let since = Date.now(); Date.now() - since < REST_MS; await wait(100))
    if (children(pid).some((child) => kindOf(child).startsWith('jobProcess'))) since = Date.now();
}

/** Chromium's processes say what they are; of Node's, the script is what counts. */
function kindOf(pid: number): string {
  const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split(/[\0 ]/);
  const type = args.find((arg) => arg.startsWith('--type='))?.slice('--type='.length);
  return type ?? path.basename(args.findLast((arg) => /\.[cm]?js$/.test(arg)) ?? args[0] ?? '');
}

/** Prints the share of each process below this one and returns their sum in MB. */
function report(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const megabytes = (Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) * 1024) / 1e6;
  const kind = kindOf(pid);
  console.log(`  ${kind} ${megabytes.toFixed(0)} MB`);
  return megabytes + children(pid).reduce((sum, child) => sum + report(child), 0);
}
