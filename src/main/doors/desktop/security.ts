import type { App, Session, WebContents } from 'electron';

/** The address of the screens. No other address is ever shown or opened. */
export const SCHEME = 'destila';
export const ORIGIN = `${SCHEME}://studio`;

/** True for the top frame of the screens. Other pages and embedded frames must not call the studio. */
export function isOwnSender(frame: { readonly url: string; readonly parent: unknown } | null): boolean {
  if (frame === null || frame.parent !== null) return false;
  try {
    const { protocol, host } = new URL(frame.url);
    return `${protocol}//${host}` === ORIGIN;
  } catch {
    return false;
  }
}

export const isOwnAddress = (address: string): boolean => address === ORIGIN || address.startsWith(`${ORIGIN}/`);

/**
 * The copy buttons write text. Reading the clipboard and everything else is denied, and embedded frames get nothing.
 */
const mayUse = (permission: string, frame: { isMainFrame: boolean; requestingUrl?: string }): boolean =>
  permission === 'clipboard-sanitized-write' && frame.isMainFrame && isOwnAddress(frame.requestingUrl ?? '');

/**
 * Follows Electron's security checklist: denies navigation, new windows, permissions and web views to every page. Only
 * our own may write to the clipboard.
 */
export function lockDown(app: App, session: Session): void {
  session.setPermissionRequestHandler((_, permission, answer, frame) => answer(mayUse(permission, frame)));
  session.setPermissionCheckHandler((_, permission, __, frame) => mayUse(permission, frame));
  session.setDevicePermissionHandler(() => false);
  app.on('web-contents-created', (_, contents: WebContents) => {
    contents.on('will-navigate', (event, address) => {
      if (!isOwnAddress(address)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}
