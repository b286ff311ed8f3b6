type Emitter = Pick<NodeJS.EventEmitter, 'on'>;

/** Logging out and shutting down ask nobody: the run stops at a checkpoint, as far as the system gives it time. */
export function endWithSession(
  powerMonitor: unknown,
  window: unknown,
  { runsActive, end }: { runsActive(): boolean; end(): void },
): void {
  // The types of Electron leave out this event of Linux and macOS.
  (powerMonitor as Emitter).on('shutdown', (event: { preventDefault(): void }) => {
    if (runsActive()) event.preventDefault(); // Delays the shutdown until the program has ended.
    end();
  });
  (window as Emitter).on('session-end', end); // Windows
}
