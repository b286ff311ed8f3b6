import { setPriority } from 'node:os';
import type { PictureQuery } from '../../shared/contract/contract.ts';
import type { ProblemKind } from '../../shared/problem.ts';
import { Problem } from '../../shared/problem.ts';
import { imagingReplySchema } from './imagingProtocol.ts';
import type { LaunchedProcess } from './launch.ts';
import { launchEntry } from './launch.ts';
import { readIpcMessage } from './readIpcMessage.ts';

export interface Imaging {
  /** Returns the bytes of a JPEG (thumbnail, photo) or PNG (letterbox, augmented). Rejects with a Problem. */
  draw(file: string, query: PictureQuery): Promise<Uint8Array>;
  dispose(): void;
}

interface Waiting {
  readonly file: string;
  readonly query: PictureQuery;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: Problem) => void;
}

/** The number of libvips threads. More requests wait, newest first: what is on screen now is needed before the rest. */
const AT_ONCE = 4;
/** The oldest requests beyond this are dropped, because their images have been scrolled past. */
const MOST_WAITING = 2000;

/** Low enough that scrolling stays smooth while thumbnails are made, high enough that training does not starve them. */
const NICENESS = 4;
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, NICENESS);
  } catch {
    /* the system refused, or the process has ended; images are rendered anyway */
  }
}

/** Runs one process, which is started with the first request and again if an image crashes it. */
export function createImaging(): Imaging {
  let child: LaunchedProcess | null = null;
  let nextId = 0;
  const waiting: Waiting[] = [];
  const drawing = new Map<number, Waiting>();

  const start = (): LaunchedProcess => {
    const started = launchEntry('imagingProcess', {});
    lowerPriority(started.pid);
    started.onMessage((raw) => {
      const reply = readIpcMessage(imagingReplySchema, raw);
      // When the process ends, onEnd rejects the requests in progress; waiting ones go to a new process.
      if (reply instanceof Problem) return started.kill();
      const request = drawing.get(reply.id);
      drawing.delete(reply.id);
      if ('bytes' in reply) request?.resolve(reply.bytes);
      else request?.reject(Problem.from({ ...reply.problem, kind: reply.problem.kind as ProblemKind }));
      feed();
    });
    started.onEnd(() => {
      if (child !== started) return;
      child = null;
      for (const { file, reject } of drawing.values()) reject(new Problem('data.imageNotShownCrash', { file }));
      drawing.clear();
      if (waiting.length > 0) feed();
    });
    return started;
  };

  function feed(): void {
    while (drawing.size < AT_ONCE) {
      const request = waiting.pop();
      if (request === undefined) return;
      child ??= start();
      const id = nextId++;
      drawing.set(id, request);
      child.send({ id, file: request.file, query: request.query });
    }
  }

  return {
    draw: (file, query) =>
      new Promise((resolve, reject) => {
        waiting.push({ file, query, resolve, reject });
        if (waiting.length > MOST_WAITING) waiting.shift()?.reject(new Problem('cancelled.imageNotNeeded'));
        feed();
      }),
    dispose: () => {
      const last = child;
      child = null;
      last?.kill();
    },
  };
}
