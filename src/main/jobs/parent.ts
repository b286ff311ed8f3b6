/** The child's end of the channel to the process that launched it, by Node's fork or as an Electron utility process. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

const port = (process as unknown as { parentPort?: ParentPort }).parentPort;

export const parent = {
  /** `sent` is called when the message has been handed to the system. */
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
  /** Called when the launcher has ended. Children then end too: everything that matters is on disk. */
  onGone(listener: () => void): void {
    process.on('disconnect', listener);
  },
  /** Closes the channel, which lets the process end by itself. */
  close(): void {
    if (port !== undefined) process.exit(0);
    if (process.connected) process.disconnect();
  },
};
