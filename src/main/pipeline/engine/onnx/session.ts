import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Problem, toProblemData } from '../../../../shared/problem.ts';

/**
 * The one place that loads onnxruntime. Load it in one thread only: several threads loading it have crashed
 * (microsoft/onnxruntime #20084, #24486). `run` blocks its thread.
 */
export { Tensor };
export type Tensors = Record<string, Tensor>;

export interface OrtSession {
  /** `outputs`: preallocated tensors that the results are written to; null: the session allocates. Returns all of them. */
  run(feeds: Tensors, outputs: Readonly<Record<string, Tensor | null>>): Promise<Tensors>;
  dispose(): Promise<void>;
}

/** onnxruntime's execution providers that engines are made of. */
export type Provider = 'cpu' | 'webgpu' | 'cuda';

/** What sessions of an engine have in common. */
export interface Runtime {
  readonly provider: Provider;
  /** Of the CPU's part; 0 = one a core. */
  readonly threads: number;
}

export interface OrtOptions {
  readonly provider?: Provider;
  /** 0 = one a core. */
  readonly threads: number;
  /** Tensors are placed as they come instead of by a plan made in the first run: about 40 % less memory in a training step. */
  readonly lowMemory?: boolean;
  /** Outputs that stay on the device: their data can be fed to another run, not read (reading them aborts the process). */
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
      // What a device has no kernel for runs on the CPU.
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
      // Fake-quant pairs are meant as they stand: no fusing into integer ops.
      extra: { session: { disable_quant_qdq: '1' } },
    }),
  );
  return {
    run: (feeds, outputs) => guarded('run', async () => (await session.run(feeds, outputs)) as Tensors),
    // What a lost device refuses to free is gone with it.
    dispose: () => session.release().catch(() => undefined),
  };
}

async function guarded<T>(what: 'load' | 'run', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const data = toProblemData(error);
    if (data.kind === 'outOfMemory') throw Problem.from(data);
    // 'WebGPU device lost (reason): message' (onnxruntime/core/providers/webgpu/webgpu_context.cc), Vulkan's VK_ERROR_DEVICE_LOST, a CUDA context that is gone.
    if (/device (is )?lost|DEVICE_LOST|cudaErrorDevicesUnavailable|illegal memory access/i.test(data.message)) {
      throw new Problem(
        'deviceLost',
        'The graphics card stopped answering (its driver was reset, or the card was taken away). The last checkpoint is safe.',
        data.message,
      );
    }
    throw new Problem('engine', `onnxruntime could not ${what} the model: ${data.message}`, data.detail);
  }
}
