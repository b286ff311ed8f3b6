/** What a terminal (Ctrl-C, Ctrl-\\, its closing), a service manager or a container engine sends to end a program. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * One Ctrl-C reaches a process more than once, because the terminal sends it to every process in the foreground, and
 * npm, npx and our own launcher also forward it. Signals this close together count as one request.
 */
const SAME_REQUEST_MS = 500;

/**
 * Calls `stop` at the first request to end and `stopNow` at every later one. Returns a function that stops listening.
 */
export function onStopSignals(
  { stop, stopNow }: { stop(): void; stopNow(): void },
  source: Pick<NodeJS.EventEmitter, 'on' | 'off'> = process,
  now: () => number = () => performance.now(),
): () => void {
  let last: number | null = null;
  const receive = (): void => {
    const repeated = last !== null && now() - last < SAME_REQUEST_MS;
    const first = last === null;
    last = now();
    if (first) stop();
    else if (!repeated) stopNow();
  };
  for (const signal of STOP_SIGNALS) source.on(signal, receive);
  return () => {
    for (const signal of STOP_SIGNALS) source.off(signal, receive);
  };
}
