import { expect, test } from '@playwright/test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Desktop } from './app.ts';
import {
  answerDialogs,
  binary,
  closeWindow,
  environmentOf,
  newHome,
  openDesktop,
  root,
  sandbox,
  tinyProject,
} from './app.ts';

let home: string;
let desktop: Desktop;

test.beforeEach(async () => {
  home = newHome();
  desktop = await openDesktop(home);
});
test.afterEach(async () => {
  // Closing would ask what becomes of a run that a failed test left behind.
  desktop.program.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

/** Ends when the program has, however many processes it has. */
const ended = ({ program }: Desktop): Promise<unknown> =>
  program.exitCode === null && program.signalCode === null ? once(program, 'exit') : Promise.resolve();

const boundsFile = (): string => path.join(home, 'state', 'window.json');
const storedBounds = (): unknown => JSON.parse(readFileSync(boundsFile(), 'utf8'));

/** Opens a tiny project and starts its run, which trains until it is stopped. */
async function startRun({ call, page }: Desktop): Promise<string> {
  const folder = path.join(home, 'Photos');
  await tinyProject(folder, 10_000);
  const { id } = (await call('project.open', { folder })) as { id: string };
  const { own } = (await call('config.choices', { project: id })) as { own: object };
  const { id: run } = (await call('runs.start', { project: id, config: own, preset: null })) as { id: string };
  await page.evaluate(
    `new Promise((resolve) => window.destila.listen((event) => event.type === 'run' && event.event.type === 'epoch' && resolve()))`,
  );
  return path.join(folder, 'runs', run);
}
const stateOf = (runs: string): string => {
  const [name] = readdirSync(runs).filter((entry) => !entry.startsWith('.'));
  return (JSON.parse(readFileSync(path.join(runs, name!, 'run.json'), 'utf8')) as { state: string }).state;
};

test('copying writes the clipboard; reading it is denied', async () => {
  // The clipboard belongs to the page that has the focus, which a person gives it with a click.
  await desktop.app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    window!.focus();
    for (const type of ['mouseDown', 'mouseUp'] as const)
      window!.webContents.sendInputEvent({ type, x: 5, y: 5, button: 'left', clickCount: 1 });
  });
  await expect.poll(() => desktop.page.evaluate(`document.hasFocus()`)).toBe(true);
  await desktop.page.evaluate(`navigator.clipboard.writeText('a line to copy')`);
  expect(await desktop.app.evaluate(({ clipboard }) => clipboard.readText())).toBe('a line to copy');
  expect(await desktop.page.evaluate(`navigator.clipboard.readText().catch((error) => error.name)`)).toBe(
    'NotAllowedError',
  );
});

test('a window whose process crashed comes back', async () => {
  await desktop.app.evaluate(
    ({ BrowserWindow }) =>
      new Promise<void>((resolve) => {
        const { webContents } = BrowserWindow.getAllWindows()[0]!;
        webContents.once('render-process-gone', () => webContents.once('did-finish-load', () => resolve()));
        webContents.forcefullyCrashRenderer();
      }),
  );
  const buttons = await desktop.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.webContents.executeJavaScript(
      `new Promise((resolve) => { const look = () => document.querySelector('button') ? resolve(true) : requestAnimationFrame(look); look(); })`,
    ),
  );
  expect(buttons).toBe(true);
});

test('the menu has what people look for, and Reload loads the screens again', async () => {
  const labels = await desktop.app.evaluate(({ Menu }) =>
    Menu.getApplicationMenu()!.items.flatMap(({ submenu }) => submenu?.items.map(({ label }) => label) ?? []),
  );
  expect(labels).toEqual(
    expect.arrayContaining(['Undo', 'Redo', 'Reload', 'Minimize', 'Licenses', 'About Destila Studio', 'Quit']),
  );
  await desktop.page.evaluate(`void (window.before = true)`);
  const loaded = desktop.page.waitForEvent('load');
  await desktop.app.evaluate(({ Menu }) => {
    const items = Menu.getApplicationMenu()!.items.flatMap(({ submenu }) => submenu?.items ?? []);
    items.find(({ label }) => label === 'Reload')!.click();
  });
  await loaded;
  expect(await desktop.page.evaluate(`window.before`)).toBeUndefined();
});

test('a window that is closed and opened again stays where it is, and one that is too large is made to fit', async () => {
  await closeWindow(desktop);
  await ended(desktop);
  const first = storedBounds();
  desktop = await openDesktop(home);
  await closeWindow(desktop);
  await ended(desktop);
  expect(storedBounds()).toEqual(first);

  writeFileSync(boundsFile(), JSON.stringify({ x: 0, y: 0, width: 9000, height: 7000, maximized: false }));
  desktop = await openDesktop(home);
  const { window, area } = await desktop.app.evaluate(({ BrowserWindow, screen }) => ({
    window: BrowserWindow.getAllWindows()[0]!.getBounds(),
    area: screen.getPrimaryDisplay().workArea,
  }));
  expect(window.width).toBeLessThanOrEqual(area.width);
  expect(window.height).toBeLessThanOrEqual(area.height);
});

test('a second start hands its folder, relative to where it was started, to the open window', async () => {
  await tinyProject(path.join(home, 'elsewhere', 'Photos'), 1);
  mkdirSync(path.join(home, 'Photos'));
  const second = spawn(binary, [...sandbox, root, 'Photos'], {
    cwd: path.join(home, 'elsewhere'),
    env: environmentOf(home),
    stdio: 'ignore',
  });
  await once(second, 'exit');
  await expect(desktop.page.getByRole('heading', { name: /24 images/ })).toBeVisible();
});

test('closing twice while the run stops at a checkpoint ends the program, and the run can resume', async () => {
  const run = await startRun(desktop);
  await answerDialogs(desktop, [1, 0]); // stop at a checkpoint, then keep waiting
  await closeWindow(desktop);
  await closeWindow(desktop);
  await ended(desktop);
  expect(desktop.program.exitCode).toBe(0);
  expect(stateOf(path.dirname(run))).toBe('stopped');
});

test('a run that goes on in the background can be brought back', async () => {
  await startRun(desktop);
  await answerDialogs(desktop, [0, 2]); // keep running in the background, and at the end stop now
  await closeWindow(desktop);
  const visible = (): Promise<boolean> =>
    desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.isVisible());
  await expect.poll(visible).toBe(false);
  const second = spawn(binary, [...sandbox, root], { env: environmentOf(home), stdio: 'ignore' });
  await once(second, 'exit');
  await expect.poll(visible).toBe(true);
  await closeWindow(desktop);
  await ended(desktop);
});

test('SIGTERM stops the run at a checkpoint and asks nobody', async () => {
  test.skip(process.platform === 'win32', 'Windows has no SIGTERM.');
  const run = await startRun(desktop);
  await answerDialogs(desktop, []);
  desktop.program.kill('SIGTERM');
  await ended(desktop);
  expect(stateOf(path.dirname(run))).toBe('stopped');
});

test('no job outlives the program when it is killed', async () => {
  await startRun(desktop);
  const { program } = desktop;
  // Jobs inherit the program's output, so that it only closes when they have ended as well.
  const closed = once(program, 'close');
  program.kill('SIGKILL');
  await closed;
});
