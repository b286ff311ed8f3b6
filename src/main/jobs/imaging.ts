import { setPriority } from 'node:os';
import { Problem } from '../../shared/problem.ts';
import type { PictureQuery } from '../../shared/contract/contract.ts';
import type { LaunchedProcess } from './launch.ts';
import { launchEntry } from './launch.ts';
import { imagingReplySchema } from './imagingProtocol.ts';
import { readMessage } from './messages.ts';

export interface Imaging {
  /** Bytes of a JPEG (thumbnail, photo) or PNG (letterbox, augmented). Rejects with a Problem that names the fault. */
  draw(file: string, query: PictureQuery): Promise<Uint8Array>;
  dispose(): void;
}

interface Waiting {
  readonly file: string;
  readonly query: PictureQuery;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: Problem) => void;
}

/** As many at once as libvips has threads to do; the rest waits, newest first: what is on the screen now comes before what was scrolled past. */
const AT_ONCE = 4;
/** Older requests than this are dropped: nobody looks any more. */
const MOST_WAITING = 2000;

/** The screens come before the pictures on them: scrolling stays smooth while thumbnails are made. Little, so that a training beside does not starve them. */
const NICENESS = 4;
function giveWay(pid: number): void {
  try {
    setPriority(pid, NICENESS);
  } catch {
    /* the system refuses, or the process is gone: pictures are made all the same */
  }
}

/** One process, started when it is first needed and again if a picture brings it down. */
export function createImaging(): Imaging {
  let child: LaunchedProcess | null = null;
  let nextId = 0;
  const waiting: Waiting[] = [];
  const drawing = new Map<number, Waiting>();

  const start = (): LaunchedProcess => {
    const started = launchEntry('imagingProcess');
    giveWay(started.pid);
    started.onMessage((raw) => {
      const reply = readMessage(imagingReplySchema, raw);
      // The pictures it was drawing are refused when it has ended; those that wait go to a new process.
      if (reply instanceof Problem) return started.kill();
      const { id, bytes, fault } = reply;
      const request = drawing.get(id);
      drawing.delete(id);
      if (bytes === null) request?.reject(new Problem('data', fault ?? 'The picture cannot be read.'));
      else request?.resolve(bytes);
      feed();
    });
    started.onEnd(() => {
      if (child !== started) return;
      child = null;
      for (const request of drawing.values())
        request.reject(new Problem('data', `${request.file} cannot be shown: reading it failed.`));
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
        if (waiting.length > MOST_WAITING) waiting.shift()?.reject(new Problem('cancelled', 'Not needed any more.'));
        feed();
      }),
    dispose: () => {
      const last = child;
      child = null;
      last?.kill();
    },
  };
}
