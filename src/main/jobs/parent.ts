/** The child's side of the channel to whoever launched it: Node's fork, or Electron's utility process. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

const port = (process as unknown as { parentPort?: ParentPort }).parentPort;

export const parent = {
  /** `sent` is called when the message is out. */
  send(message: unknown, sent: () => void = () => undefined): void {
    if (port !== undefined) {
      port.postMessage(message);
      setImmediate(sent);
    } else if (process.send !== undefined) process.send(message, undefined, undefined, () => sent());
  },
  onMessage(listener: (message: unknown) => void): void {
    if (port === undefined) process.on('message', listener);
    else port.on('message', ({ data }) => listener(data));
  },
  /** When the launcher is gone, its children end: everything that matters is on disk. */
  onGone(listener: () => void): void {
    process.on('disconnect', listener);
  },
  /** Lets the process end by itself. */
  close(): void {
    if (port !== undefined) process.exit(0);
    if (process.connected) process.disconnect();
  },
};
