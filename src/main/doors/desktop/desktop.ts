import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Notification,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  shell,
} from 'electron';
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isMethod } from '../../../shared/contract/contract.ts';
import type { Language } from '../../../shared/locales/translate.ts';
import { translator } from '../../../shared/locales/translate.ts';
import { say } from '../../../shared/message.ts';
import { Problem, toProblemData } from '../../../shared/problem.ts';
import { launchIn } from '../../jobs/launch.ts';
import { onStopSignals } from '../../jobs/stopSignals.ts';
import { isForHiddenWindow } from '../eventFilter.ts';
import { stateFolder } from '../../studio/state/places.ts';
import type { Studio } from '../../studio/studio.ts';
import { createStudio } from '../../studio/studio.ts';
import { acceptedLanguage } from '../http/acceptLanguage.ts';
import { createResponder } from '../http/responder.ts';
import { jobNode } from './jobNode.ts';
import { followLanguage } from './language.ts';
import { setMenu } from './menu.ts';
import { askOnClose } from './quit.ts';
import { isOwnSender, lockDown, ORIGIN, SCHEME } from './security.ts';
import { systemKeychain } from './keychain.ts';
import { keepWindowState, readWindowState } from './windowState.ts';

/** The desktop door: one window on the studio. Screens and images are served over the door's own protocol. */

protocol.registerSchemesAsPrivileged([
  { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
]);

const rendererFolder = path.join(import.meta.dirname, '..', '..', '..', 'renderer');
const preload = path.join(import.meta.dirname, '..', '..', '..', 'preload', 'index.cjs');

export async function openDesktop(): Promise<void> {
  if (!app.requestSingleInstanceLock()) return app.quit();
  await app.whenReady();
  launchIn(
    jobNode({
      platform: process.platform,
      arch: process.arch,
      resources: process.resourcesPath,
      starter: process.env.npm_node_execpath,
      resolve: createRequire(import.meta.url).resolve,
    }),
  );
  lockDown(app, session.defaultSession);
  const studio = await createStudio({
    door: 'desktop',
    reveal: (file) => shell.showItemInFolder(file),
    keychain: systemKeychain(),
    keepAwake: keepAwake(),
  });
  const respond = createResponder(studio, rendererFolder);
  protocol.handle(SCHEME, (request) =>
    new URL(request.url).host === 'studio'
      ? respond(new URL(request.url), {
          ifNoneMatch: request.headers.get('if-none-match'),
          language: acceptedLanguage(request.headers.get('accept-language')),
        })
      : Promise.resolve(new Response('Nothing here.', { status: 404 })),
  );
  const language = await followLanguage(studio, (now) =>
    setMenu(now, (command) => studio.emit({ type: 'command', command, folder: null })),
  );
  const window = openWindow(studio, language);
  answerCalls(studio, window);
  app.on('second-instance', (_, argv) => {
    window.show();
    window.focus();
    openNamed(studio, argv);
  });
  app.on('open-file', (event, file) => {
    event.preventDefault();
    openNamed(studio, [file]);
  });
  app.on('activate', () => window.show());
  app.on('window-all-closed', () => void studio.close('stop').then(() => app.exit(0)));
  window.webContents.once('did-finish-load', () => openNamed(studio, process.argv.slice(1)));
  notifyEnds(studio, window, language);
  // Registered last, because Electron's own handlers would close the window, which asks a question.
  onStopSignals({ stop: () => void studio.close('stop').then(() => app.exit(0)), stopNow: () => app.exit(1) });
}

function openWindow(studio: Studio, language: () => Language): BrowserWindow {
  const { maximized, ...bounds } = readWindowState(
    stateFolder(),
    screen.getAllDisplays().map(({ workArea }) => workArea),
  );
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 1024,
    minHeight: 680,
    show: false,
    backgroundColor: '#141517',
    title: 'Destila Studio',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      navigateOnDragDrop: false,
    },
  });
  if (maximized) window.maximize();
  keepWindowState(window, stateFolder());
  askOnClose(window, studio, language);
  window.once('ready-to-show', () => window.show());
  void window.loadURL(`${ORIGIN}/`);
  return window;
}

function answerCalls(studio: Studio, window: BrowserWindow): void {
  ipcMain.handle('call', async (event, method: unknown, input: unknown) => {
    if (!isOwnSender(event.senderFrame)) return { problem: toProblemData(new Problem('internal.foreignWindow')) };
    if (typeof method !== 'string' || !isMethod(method))
      return { problem: toProblemData(new Problem('internal.requestNotUnderstood', { method: String(method) })) };
    // Both directions use JSON, because converting 100,000 images here would block the window and every run.
    if (typeof input !== 'string') return { problem: toProblemData(new Problem('internal.requestUnreadable')) };
    return studio.answer(method, Buffer.from(input)).then(
      (json) => ({ json }),
      (error: unknown) => ({ problem: toProblemData(error) }),
    );
  });
  ipcMain.handle('chooseFolder', async (event) => {
    if (!isOwnSender(event.senderFrame)) return null;
    const { filePaths } = await dialog.showOpenDialog(window, { properties: ['openDirectory', 'createDirectory'] });
    return filePaths[0] ?? null;
  });
  studio.subscribe((event) => {
    if (!window.isDestroyed() && (window.isVisible() || isForHiddenWindow(event)))
      window.webContents.send('event', event);
  });
}

/**
 * Opens a folder from the command line, or dropped on the icon, as a project. A .yaml or .txt file opens its folder.
 */
function openNamed(studio: Studio, names: readonly string[]): void {
  const existing = names.filter(
    (name) => !name.startsWith('-') && existsSync(name) && path.resolve(name) !== app.getAppPath(),
  );
  const folder = existing
    .flatMap((name) => (statSync(name).isDirectory() ? [name] : /\.(yaml|txt)$/.test(name) ? [path.dirname(name)] : []))
    .at(-1);
  if (folder !== undefined) studio.emit({ type: 'command', command: 'openFolder', folder: path.resolve(folder) });
}

function keepAwake(): (awake: boolean) => void {
  let blocker: number | null = null;
  return (awake) => {
    if (awake && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension');
    if (!awake && blocker !== null) {
      powerSaveBlocker.stop(blocker);
      blocker = null;
    }
  };
}

function notifyEnds(studio: Studio, window: BrowserWindow, language: () => Language): void {
  studio.subscribe((event) => {
    if (event.type !== 'run' || window.isFocused()) return;
    const t = translator(language());
    const body =
      event.event.type === 'finished'
        ? t('desktop.runFinished')
        : event.event.type === 'failed'
          ? say(t, event.event.problem)
          : null;
    if (body === null) return;
    const notification = new Notification({ title: 'Destila Studio', body });
    notification.on('click', () => window.show());
    notification.show();
  });
}
