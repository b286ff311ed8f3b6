/**
 * Errors cross every border as plain data: what happened and what to do about it, in words a person can act on.
 * Throw a `Problem` for anything a user can cause or cure; any other exception is a fault of ours.
 */
export type ProblemKind =
  | 'config' // a setting is wrong
  | 'data' // the user's files need attention
  | 'file' // a file could not be read or written
  | 'diskFull'
  | 'outOfMemory'
  | 'engine' // the compute engine failed or is not available
  | 'deviceLost' // the graphics card stopped answering
  | 'busy' // somebody else holds the lock
  | 'locked' // the lock's holder cannot be checked from here; a person may take over
  | 'cancelled'
  | 'mismatch' // two things that must belong together do not (resume, bundle, weights)
  | 'export' // a check of the export failed
  | 'internal';

export interface ProblemData {
  readonly kind: ProblemKind;
  /** One or two sentences: what happened, to which file or line, what to do. */
  readonly message: string;
  /** Technical text, folded away by default. */
  readonly detail?: string | undefined;
}

export class Problem extends Error implements ProblemData {
  readonly kind: ProblemKind;
  readonly detail: string | undefined;

  constructor(kind: ProblemKind, message: string, detail?: string) {
    super(message);
    this.name = 'Problem';
    this.kind = kind;
    this.detail = detail;
  }
}

const pathOf = (error: unknown): string => {
  const { path } = error as { path?: unknown };
  return typeof path === 'string' ? path : 'This file';
};

/** Any thrown value as plain data. */
export function toProblemData(error: unknown): ProblemData {
  if (error instanceof Problem) return { kind: error.kind, message: error.message, detail: error.detail };
  const code = (error as { code?: unknown } | null)?.code;
  const text = error instanceof Error ? error.message : String(error);
  const detail = error instanceof Error ? error.stack : undefined;
  if (code === 'ENOSPC')
    return {
      kind: 'diskFull',
      message: 'The disk is full. Free some space and resume: nothing that was saved is lost.',
      detail,
    };
  // Node says ENOENT when it makes folders on a read-only disk (mkdir with `recursive`).
  if (code === 'EROFS' || (code === 'ENOENT' && (error as { syscall?: unknown }).syscall === 'mkdir'))
    return {
      kind: 'file',
      message: `${pathOf(error)} cannot be written: the disk is read-only or no longer connected. Choose a folder you can write to.`,
      detail,
    };
  if (code === 'ENOENT') return { kind: 'file', message: `A file is missing: ${text}`, detail };
  if (code === 'EACCES' || code === 'EPERM') return { kind: 'file', message: `No permission: ${text}`, detail };
  if (
    /bad_alloc|out[ _]of[ _](device[ _]|host[ _])?memory|cudaErrorMemoryAllocation|OOM when allocating|exceeds the max (storage )?buffer|failed to allocate|Array buffer allocation failed/i.test(
      text,
    )
  ) {
    return {
      kind: 'outOfMemory',
      message: 'Memory ran out. Lower batch_size or input_size and resume: the last checkpoint is safe.',
      detail: text,
    };
  }
  return { kind: 'internal', message: text, detail };
}
