import type { Transport } from './transport.ts';

/** What the preload script exposes to the screens. */
interface Bridge {
  call: Transport['call'];
  listen(onEvent: (event: unknown) => void): void;
  pathOf(file: File): string;
  chooseFolder(): Promise<string | null>;
}

declare global {
  interface Window {
    readonly destila?: Bridge;
  }
}

export function desktopTransport(): Transport | null {
  const bridge = window.destila;
  if (bridge === undefined) return null;
  return {
    call: (method, input) => bridge.call(method, input),
    listen: (onEvent, onConnection) => {
      bridge.listen(onEvent);
      onConnection('there');
      document.addEventListener('visibilitychange', () => {
        if (!document.hidden) onConnection('there');
      });
    },
    address: (path) => path,
    pathOf: (file) => bridge.pathOf(file),
    chooseFolder: () => bridge.chooseFolder(),
  };
}
