import type { Message, MessageCode, ParameterArguments } from './message.ts';
import { inEnglish } from './message.ts';

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
  /** English: one or two sentences that say what happened, to which file or line, and what to do. */
  readonly message: string;
  /**
   * With `params`, the same in another language (see `message.ts`). Absent in files written before there were codes.
   */
  readonly code?: string | undefined;
  readonly params?: Message['params'];
  /** Technical text, folded away by default. */
  readonly detail?: string | undefined;
}

/** 'file.missing' is a problem of kind 'file'. */
export type ProblemCode = Extract<MessageCode, `${ProblemKind}.${string}`>;

export class Problem<Code extends ProblemCode = ProblemCode> extends Error implements ProblemData {
  readonly kind: ProblemKind;
  readonly code: string | undefined;
  readonly params: Message['params'];
  readonly detail: string | undefined;

  constructor(code: Code, ...rest: [...params: ParameterArguments<Code>, detail?: string]) {
    const [params, detail] = rest as readonly unknown[] as readonly [params?: Message['params'], detail?: string];
    super(inEnglish(code, params));
    this.name = 'Problem';
    this.kind = code.slice(0, code.indexOf('.')) as ProblemKind;
    this.code = code;
    this.params = params;
    this.detail = detail;
  }

  /** A problem that was found elsewhere: in another process, or when a file was written. */
  static from({ kind, message, code, params, detail }: ProblemData): Problem {
    const problem = Object.setPrototypeOf(new Error(message), Problem.prototype) as Problem;
    return Object.assign(problem, { name: 'Problem', kind, code, params, detail });
  }
}

const codeOf = ({ code, params }: Pick<ProblemData, 'code' | 'params'>): Pick<ProblemData, 'code' | 'params'> => ({
  ...(code === undefined ? {} : { code }),
  ...(params === undefined ? {} : { params }),
});

/** A problem without its kind and detail: for a place that shows one sentence. */
export const problemMessage = (problem: ProblemData): Message => ({ text: problem.message, ...codeOf(problem) });

/** Any thrown value as plain data. */
export function toProblemData(error: unknown): ProblemData {
  if (error instanceof Problem) return dataOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const detail = error instanceof Error ? error.stack : undefined;
  const known = fileProblem(error, text, detail) ?? memoryProblem(text);
  return known === null ? { kind: 'internal', message: text, detail } : dataOf(known);
}

const dataOf = (problem: Problem): ProblemData => ({
  kind: problem.kind,
  message: problem.message,
  ...codeOf(problem),
  detail: problem.detail,
});

/** Node's and the operating system's error codes. Their own text is technical, so it goes into the detail. */
function fileProblem(error: unknown, text: string, stack: string | undefined): Problem | null {
  const { code, syscall, path } = (error ?? {}) as { code?: unknown; syscall?: unknown; path?: unknown };
  const detail = stack ?? text;
  const named = typeof path === 'string';
  if (code === 'ENOSPC') return new Problem('diskFull.saved', {}, detail);
  // Node says ENOENT when it makes folders on a read-only disk (mkdir with `recursive`).
  if (code === 'EROFS' || (code === 'ENOENT' && syscall === 'mkdir'))
    return named ? new Problem('file.notWritable', { path }, detail) : new Problem('file.diskReadOnly', {}, detail);
  if (code === 'ENOENT')
    return named ? new Problem('file.missing', { path }, detail) : new Problem('file.someMissing', {}, detail);
  if (code === 'EACCES' || code === 'EPERM')
    return named ? new Problem('file.noPermission', { path }, detail) : new Problem('file.accessDenied', {}, detail);
  return null;
}

/** What onnxruntime, CUDA, TensorFlow.js and V8 say when memory runs out. */
const outOfMemory = [
  /bad_alloc|out[ _]of[ _](device[ _]|host[ _])?memory|cudaErrorMemoryAllocation|OOM when allocating/i,
  /exceeds the max (storage )?buffer|failed to allocate|Array buffer allocation failed/i,
];

const memoryProblem = (text: string): Problem | null =>
  outOfMemory.some((pattern) => pattern.test(text)) ? new Problem('outOfMemory.training', {}, text) : null;
