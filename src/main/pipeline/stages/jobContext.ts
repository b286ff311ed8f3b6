import type { JobCommand, RunEvent } from '../../../shared/events.ts';

/** What a stage gets from the job that runs it: a way to report, and a way to be told. */
export interface JobContext {
  report(event: RunEvent): void;
  /** Commands that came since the last call, in order. */
  takeCommands(): readonly JobCommand[];
}
