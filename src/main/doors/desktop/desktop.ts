import type { BrowserWindow } from 'electron';
import { app, dialog, Menu, powerMonitor, powerSaveBlocker, protocol, session, shell } from 'electron';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Language } from '../../../shared/locales/translate.ts';
import { translator } from '../../../shared/locales/translate.ts';
import { say } from '../../../shared/message.ts';
import { toProblemData } from '../../../shared/problem.ts';
import { launchIn } from '../../jobs/launch.ts';
import { onStopSignals } from '../../jobs/stopSignals.ts';
import type { Studio } from '../../studio/studio.ts';
import { createStudio } from '../../studio/studio.ts';
import { productVersion } from '../../studio/system/version.ts';
import { acceptedLanguage } from '../http/acceptLanguage.ts';
import { createResponder } from '../http/responder.ts';
import { APP_ID } from './appId.ts';
import { aboutOptions, licensesFile } from './about.ts';
import { answerCalls } from './calls.ts';
import type { Ending } from './ending.ts';
import { createEnding } from './ending.ts';
import { jobNode } from './jobNode.ts';
import { systemKeychain } from './keychain.ts';
import { followLanguage, systemLanguage } from './language.ts';
import { menuTemplate } from './menu.ts';
import type { FolderOpener } from './namedFolder.ts';
import { createFolderOpener, namedFolder } from './namedFolder.ts';
import { endText, notify, taskbarProgress } from './notices.ts';
import { askInDialog, askOnClose, askStopNowInDialog } from './quit.ts';
import { createReloadLimit, reloadAfterCrash } from './recover.ts';
import { lockDown, ORIGIN, SCHEME } from './security.ts';
import { endWithSession } from './session.ts';
import type { WayBack } from './tray.ts';
import { createWayBack } from './tray.ts';
import { createWindow, windowIcon } from './window.ts';

/** The desktop door: one window on the studio. Screens and images are served over the door's own protocol. */

protocol.registerSchemesAsPrivileged([
  { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
]);

const rendererFolder = path.join(import.meta.dirname, '..', '..', '..', 'renderer');

/** What the parts of an open desktop share. */
interface Desktop {
  readonly studio: Studio;
  readonly window: BrowserWindow;
  readonly ending: Ending;
  readonly wayBack: WayBack;
  readonly folders: FolderOpener;
  language(): Language;
}

/** Opens the window, or hands the named folder to the window that is already open. */
export async function openDesktop(): Promise<void> {
  if (!app.requestSingleInstanceLock()) return app.quit();
  app.setAppUserModelId(APP_ID);
  const early: string[] = [];
  // macOS sends it before the program is ready if a folder was dropped on the icon.
  const keepEarly = (_: unknown, file: string): void => void early.push(file);
  app.on('open-file', keepEarly);
  await app.whenReady();
  try {
    const desktop = await start();
    app.off('open-file', keepEarly);
    openFoldersOf(desktop, early);
  } catch (error) {
    const t = translator(systemLanguage());
    dialog.showErrorBox(t('desktop.notStarted'), say(t, toProblemData(error)));
    app.exit(1);
  }
}

async function start(): Promise<Desktop> {
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
  // The window loads its screens while the studio opens.
  const opening = createStudio({
    door: 'desktop',
    reveal: (file) => shell.showItemInFolder(file),
    keychain: systemKeychain(),
    keepAwake: keepAwake(),
  });
  const respond = createResponder(opening, rendererFolder);
  protocol.handle(SCHEME, (request) =>
    new URL(request.url).host === 'studio'
      ? respond(new URL(request.url), {
          ifNoneMatch: request.headers.get('if-none-match'),
          language: acceptedLanguage(request.headers.get('accept-language')),
        })
      : Promise.resolve(new Response('Nothing here.', { status: 404 })),
  );
  const window = createWindow();
  answerCalls(opening, window);
  void window.loadURL(`${ORIGIN}/`);
  const studio = await opening;
  const language = await followLanguage(studio, (now) => setMenu(now, studio, window));
  const ending = createEnding(
    (how) => studio.close(how),
    (code) => app.exit(code),
  );
  const desktop: Desktop = {
    studio,
    window,
    ending,
    language,
    wayBack: createWayBack(window, windowIcon, () => ending.end('stop')),
    folders: createFolderOpener((folder) => studio.emit({ type: 'command', command: 'openFolder', folder })),
  };
  endWithWindow(desktop);
  endWithSession(powerMonitor, window, { runsActive: () => studio.runsActive(), end: () => ending.end('stop') });
  // Registered last, because Electron's own handlers would close the window, which asks a question.
  onStopSignals({ stop: () => ending.end('stop'), stopNow: () => ending.end('kill') });
  recoverWindow(desktop);
  showRuns(desktop);
  return desktop;
}

/** Opens folders from the command line, from a second start and from macOS. */
function openFoldersOf({ window, wayBack, folders }: Desktop, early: readonly string[]): void {
  const open = (names: readonly string[], cwd: string): void => folders.open(namedFolder(names, cwd, app.getAppPath()));
  app.on('second-instance', (_, argv, cwd) => {
    wayBack.show();
    open(argv.slice(1), cwd);
  });
  app.on('open-file', (event, file) => {
    event.preventDefault();
    open([file], process.cwd());
  });
  app.on('activate', () => wayBack.show());
  open([...process.argv.slice(1), ...early], process.cwd());
  if (window.webContents.isLoadingMainFrame()) window.webContents.once('did-finish-load', () => folders.ready());
  else folders.ready();
}

function endWithWindow({ studio, window, ending, wayBack, language }: Desktop): void {
  askOnClose(window, {
    ending,
    runsActive: () => studio.runsActive(),
    ask: () => askInDialog(window, language()),
    askStopNow: () => askStopNowInDialog(window, language()),
    toBackground: () => wayBack.hide(translator(language())),
  });
  app.on('window-all-closed', () => ending.end('stop'));
}

function recoverWindow({ window, ending, language }: Desktop): void {
  reloadAfterCrash(window, createReloadLimit(), (reload) => {
    const t = translator(language());
    void dialog
      .showMessageBox(window, {
        type: 'error',
        noLink: true,
        message: t('desktop.crashedOften'),
        detail: t('desktop.crashedOftenDetail'),
        buttons: [t('desktop.reload'), t('desktop.quit')],
      })
      .then(({ response }) => (response === 0 ? reload() : ending.end('stop')));
  });
}

/** Shows the progress of a run on the taskbar or dock, and its end if nobody looks at the window. */
function showRuns({ studio, window, wayBack, language }: Desktop): void {
  studio.subscribe((event) => {
    if (window.isDestroyed()) return;
    const progress = taskbarProgress(event);
    if (progress !== null) window.setProgressBar(progress);
    const text = window.isFocused() ? null : endText(translator(language()), event);
    if (text !== null) notify(text, () => wayBack.show());
  });
}

function setMenu(language: Language, studio: Studio, window: BrowserWindow): void {
  const t = translator(language);
  app.setAboutPanelOptions(aboutOptions(t, productVersion, process.versions, windowIcon));
  const template = menuTemplate(process.platform, t, {
    send: (command) => studio.emit({ type: 'command', command, folder: null }),
    reload: () => window.webContents.reload(),
    showAbout: () => app.showAboutPanel(),
    openLicenses: () => {
      const file = licensesFile(app.getAppPath(), app.getPath('exe'));
      if (file !== null) void shell.openPath(file);
    },
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
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
