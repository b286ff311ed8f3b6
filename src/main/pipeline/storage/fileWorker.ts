import { parentPort } from 'node:worker_threads';
import type { ProblemData } from '../../../shared/problem.ts';
import { toProblemData } from '../../../shared/problem.ts';
import { writeFileAtomic } from './atomicFile.ts';

export interface FileRequest {
  readonly id: number;
  readonly file: string;
  readonly data: Uint8Array<ArrayBuffer>;
}

export interface FileReply {
  readonly id: number;
  /** Null when the file is in place. */
  readonly problem: ProblemData | null;
}

const port = parentPort!;
let last = Promise.resolve();

// One after another, so that files reach the disk in the order in which they were requested.
port.on('message', (request: FileRequest) => {
  last = last.then(() => answer(request));
});

async function answer({ id, file, data }: FileRequest): Promise<void> {
  let problem: ProblemData | null = null;
  try {
    await writeFileAtomic(file, data);
  } catch (error) {
    problem = toProblemData(error);
  }
  port.postMessage({ id, problem } satisfies FileReply);
}
