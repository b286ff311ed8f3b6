import type { Method } from '../../shared/contract/contract.ts';
import type { ProblemData } from '../../shared/problem.ts';

/** `refused` means that the studio was restarted with another key, so the session has expired. */
export type Connection = 'there' | 'gone' | 'refused';

/** Carries calls and events between a window and the studio. */
export interface Transport {
  call(method: Method, input: unknown): Promise<{ value: unknown } | { problem: ProblemData }>;
  /** `onConnection` is called when the studio becomes unreachable and when it is back. */
  listen(onEvent: (event: unknown) => void, onConnection: (connection: Connection) => void): void;
  /** URL of a path on this transport's own origin. */
  address(path: string): string;
  /** The path of a dropped folder or file; null where the transport cannot know it (browsers). */
  pathOf(file: File): string | null;
  /** The system's folder dialog; null where there is none. */
  chooseFolder: (() => Promise<string | null>) | null;
}
