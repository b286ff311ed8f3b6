import type { JobCommand, RunEvent } from '../../../shared/events.ts';

/** How pipeline code talks to the job process that runs it. */
export interface JobContext {
  report(event: RunEvent): void;
  /** Commands that arrived since the last call, in order. */
  takeCommands(): readonly JobCommand[];
}
