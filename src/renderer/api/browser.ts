import { message } from '../../shared/message.ts';
import { Problem, toProblemData } from '../../shared/problem.ts';
import type { Connection, Transport } from './transport.ts';

const RETRY_MS = 1000;

/** Calls that must arrive even if the window closes. Browsers keep up to 64 kB of such requests alive in total. */
const outlivesTheWindow = new Set(['tune.save', 'dataset.draft']);
const CARRIED_BYTES = 60_000;

/** Shown when the studio rejects the window's key, because it was restarted. */
export const sessionExpired = message('file.sessionExpired');

const isRefused = ({ status }: Response): boolean => status === 401 || status === 403;

/** An event stream that breaks does not say why; a call does. */
const whatFails = (): Promise<Connection> =>
  fetch('/api/studio.hello', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }).then(
    (response) => (isRefused(response) ? 'refused' : 'gone'),
    () => 'gone',
  );

/**
 * Calls use fetch, events use server-sent events. A hidden window only receives important events and catches up later.
 */
export function browserTransport(): Transport {
  return {
    call: async (method, input) => {
      let response: Response;
      try {
        const body = JSON.stringify(input);
        response = await fetch(`/api/${method}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
          keepalive: outlivesTheWindow.has(method) && body.length < CARRIED_BYTES,
        });
      } catch (error) {
        return { problem: toProblemData(new Problem('file.studioUnreachable', {}, (error as Error).message)) };
      }
      if (isRefused(response))
        return { problem: toProblemData(new Problem('file.sessionExpired', {}, await response.text())) };
      return (await response.json()) as { value: unknown };
    },
    listen: (onEvent, onConnection) => {
      let source: EventSource | null = null;
      const open = (): void => {
        source?.close();
        const own = new EventSource(`/api/events${document.hidden ? '?quiet=1' : ''}`);
        source = own;
        own.onopen = () => onConnection('there');
        own.onmessage = (message: MessageEvent<string>) => onEvent(JSON.parse(message.data));
        own.onerror = () => {
          if (source !== own) return;
          own.close();
          // Wait for the answer before retrying: a newer source would discard it.
          void whatFails().then((connection) => {
            if (source !== own) return;
            onConnection(connection);
            setTimeout(() => {
              if (source === own) open();
            }, RETRY_MS);
          });
        };
      };
      document.addEventListener('visibilitychange', open);
      open();
    },
    address: (path) => path,
    pathOf: () => null,
    chooseFolder: null,
  };
}
