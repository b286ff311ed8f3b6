import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Problem, toProblemData } from '../../../../shared/problem.ts';

/**
 * The only module that loads onnxruntime. A process must load it in one thread only, because loading it in several has
 * crashed (microsoft/onnxruntime #20084, #24486). `run` blocks its thread.
 */
export { Tensor };
export type Tensors = Record<string, Tensor>;

export interface OrtSession {
  /**
   * Writes results into the preallocated tensors of `outputs`; where one is null, the session allocates. Returns all
   * outputs.
   */
  run(feeds: Tensors, outputs: Readonly<Record<string, Tensor | null>>): Promise<Tensors>;
  dispose(): Promise<void>;
}

/** The execution providers of onnxruntime that engines use. */
export type Provider = 'cpu' | 'webgpu' | 'cuda';

/** Options that all sessions of an engine share. */
export interface Runtime {
  readonly provider: Provider;
  /** CPU threads; 0 means one per core. */
  readonly threads: number;
}

export interface OrtOptions {
  readonly provider?: Provider;
  /** CPU threads; 0 means one per core. */
  readonly threads: number;
  /**
   * Allocates tensors as they come instead of by a plan from the first run, which saves about 40 % of a training step's
   * memory.
   */
  readonly lowMemory?: boolean;
  /**
   * Outputs that stay on the device. They can be fed to another run but not read, because reading aborts the process.
   */
  readonly keptOnDevice?: readonly string[];
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all';
}

/** Loads a model into onnxruntime. Throws Problem 'engine', 'deviceLost' or 'outOfMemory'. */
export async function createOrtSession(
  model: Uint8Array,
  { provider = 'cpu', threads, lowMemory = false, optimization = 'basic', keptOnDevice = [] }: OrtOptions,
): Promise<OrtSession> {
  const session = await guarded('load', () =>
    InferenceSession.create(model, {
      // Ops without a kernel on the device run on the CPU.
      executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
      ...(keptOnDevice.length > 0 && {
        preferredOutputLocation: Object.fromEntries(keptOnDevice.map((name) => [name, 'gpu-buffer' as const])),
      }),
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: optimization,
      enableMemPattern: !lowMemory,
      logSeverityLevel: 3,
      // Training needs the fake-quant pairs as they are, so they must not be fused into integer ops.
      extra: { session: { disable_quant_qdq: '1' } },
    }),
  );
  return {
    run: (feeds, outputs) => guarded('run', async () => await session.run(feeds, outputs)),
    // A lost device may refuse to free its memory, which is gone anyway.
    dispose: () => session.release().catch(() => undefined),
  };
}

async function guarded<T>(what: 'load' | 'run', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const data = toProblemData(error);
    if (data.kind === 'outOfMemory') throw Problem.from(data);
    // 'WebGPU device lost (reason): message' (onnxruntime/core/providers/webgpu/webgpu_context.cc), Vulkan's
    // VK_ERROR_DEVICE_LOST, or a lost CUDA context.
    if (/device (is )?lost|DEVICE_LOST|cudaErrorDevicesUnavailable|illegal memory access/i.test(data.message)) {
      throw new Problem('deviceLost.card', {}, data.message);
    }
    throw new Problem(
      what === 'load' ? 'engine.modelNotLoaded' : 'engine.modelNotRun',
      {},
      data.detail ?? data.message,
    );
  }
}
