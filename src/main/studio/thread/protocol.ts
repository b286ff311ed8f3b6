import type { Method } from '../../../shared/contract/contract.ts';
import type { StudioEvent } from '../../../shared/contract/studio.ts';
import type { ProblemData } from '../../../shared/problem.ts';

/**
 * Methods whose work grows with the project, such as label files with millions of lines and histories of long runs.
 * They run in a second thread, from the bytes of the request to the bytes of the answer: parsing their JSON alone would
 * block every window, image and training event of the studio.
 */
export const threadMethods = [
  'dataset.read',
  'dataset.lastCheck',
  'dataset.draft',
  'dataset.save',
  'dataset.line',
  'dataset.repair',
  'files.list',
  'import.offers',
  'import.plan',
  'runs.history',
  'tune.read',
  'tune.save',
  'tune.openTest',
] as const satisfies readonly Method[];
export type ThreadMethod = (typeof threadMethods)[number];
export const isThreadMethod = (method: Method): method is ThreadMethod =>
  (threadMethods as readonly Method[]).includes(method);

export interface ThreadRequest {
  readonly id: number;
  readonly name: string;
  /** The input as JSON. */
  readonly input: Uint8Array;
  /** Folders of the open projects, by id. */
  readonly folders: Readonly<Record<string, string>>;
}

export type FromThread =
  | { readonly type: 'done'; readonly id: number; /** The result as JSON. */ readonly json: Uint8Array }
  | { readonly type: 'problem'; readonly id: number; readonly problem: ProblemData }
  | { readonly type: 'event'; readonly event: StudioEvent };
