/** The child's end of the channel to the process that launched it. */
export const parent = {
  /** `sent` is called when the message has been handed to the system. */
  send(message: unknown, sent: () => void = () => undefined): void {
    process.send?.(message, undefined, undefined, () => sent());
  },
  onMessage(listener: (message: unknown) => void): void {
    process.on('message', listener);
  },
  /** Called when the launcher has ended. Children then end too: everything that matters is on disk. */
  onGone(listener: () => void): void {
    process.on('disconnect', listener);
    // The launcher may have ended while this process was loading its modules.
    if (process.send !== undefined && !process.connected) listener();
  },
  /** Closes the channel, which lets the process end by itself. */
  close(): void {
    if (process.connected) process.disconnect();
  },
};
