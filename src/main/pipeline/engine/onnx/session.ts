import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Problem, toProblemData } from '../../../../shared/problem.ts';

/**
 * The one place that loads onnxruntime. Load it in one thread only: several threads loading it have crashed
 * (microsoft/onnxruntime #20084, #24486). `run` blocks its thread.
 */
export { Tensor };
export type Tensors = Record<string, Tensor>;

export interface OrtSession {
  /** `outputs`: preallocated tensors that the results are written to. */
  run(feeds: Tensors, outputs: Tensors): Promise<void>;
  dispose(): Promise<void>;
}

export interface OrtOptions {
  /** 0 = one a core. */
  readonly threads: number;
  /** Tensors are placed as they come instead of by a plan made in the first run: about 40 % less memory in a training step. */
  readonly lowMemory?: boolean;
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all';
}

/** Loads a model into onnxruntime's CPU provider. Throws Problem 'engine' or 'outOfMemory'. */
export async function createOrtSession(model: Uint8Array, { threads, lowMemory = false, optimization = 'basic' }: OrtOptions): Promise<OrtSession> {
  const session = await guarded('onnxruntime could not load the model', () => InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: optimization,
    enableMemPattern: !lowMemory,
    logSeverityLevel: 3,
    // Fake-quant pairs are meant as they stand: no fusing into integer ops.
    extra: { session: { disable_quant_qdq: '1' } },
  }));
  return {
    run: async (feeds, outputs) => { await guarded('onnxruntime could not run the model', () => session.run(feeds, outputs)); },
    dispose: () => session.release(),
  };
}

async function guarded<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const data = toProblemData(error);
    if (data.kind === 'outOfMemory') throw new Problem('outOfMemory', data.message, data.detail);
    throw new Problem('engine', `${what}: ${data.message}`, data.detail);
  }
}
