import type { App, Session, WebContents } from 'electron';

/** The screens' own address. Nothing else is ever shown, asked or opened. */
export const SCHEME = 'destila';
export const ORIGIN = `${SCHEME}://studio`;

/** Only our own top frame may call; a page that slipped in, or a frame in ours, may not. */
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

/** Electron's checklist: no navigation away, no new windows, no permissions, no web views, whatever a page asks. */
export function lockDown(app: App, session: Session): void {
  session.setPermissionRequestHandler((_, __, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
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
