import type { EngineName } from '../../../shared/config.ts';
import type { Device, Engine } from './engine.ts';
import { cudaEnvironment, missingForCuda, missingForWebGpu } from './onnx/requirements.ts';
import type { MissingRequirement } from './missingRequirement.ts';
import { missingForTfjs, tfjsEnvironment } from './tfjs/requirements.ts';

export interface EngineStart {
  /** CPU threads; 0 means one per core. */
  readonly threads: number;
  readonly lowMemory?: boolean;
  /** The graphics card by its name; absent or null leaves the choice to the system. */
  readonly adapter?: string | null;
  /** The folder into which `destila engine install` installs engines. */
  readonly enginesFolder: string;
}

/** An engine that may be available. Before `start` only files are checked, and nothing native is loaded. */
export interface EngineKind {
  readonly name: EngineName;
  /** Null when the device is only known after a start. */
  readonly device: Device | null;
  /** The first requirement that is missing; null when the engine may start. */
  missing(enginesFolder: string): Promise<MissingRequirement | null>;
  /** Throws Problem 'engine'. A bad driver may crash the process. */
  start(options: EngineStart): Promise<Engine>;
  /** Environment variables that the process needs before it starts the engine. */
  environment(enginesFolder: string): Readonly<Record<string, string>>;
}

const noVariables = (): Record<string, string> => ({});

export const engineKinds: readonly EngineKind[] = [
  {
    name: 'onnx-cpu',
    device: 'cpu',
    missing: () => Promise.resolve(null),
    start: async (options) => (await import('./onnx/engine.ts')).createOnnxCpuEngine(options),
    environment: noVariables,
  },
  {
    name: 'onnx-webgpu',
    device: 'gpu',
    missing: missingForWebGpu,
    start: async (options) => (await import('./onnx/webgpu.ts')).createOnnxWebGpuEngine(options),
    environment: noVariables,
  },
  {
    name: 'onnx-cuda',
    device: 'gpu',
    missing: missingForCuda,
    start: async (options) => (await import('./onnx/cuda.ts')).createOnnxCudaEngine(options),
    environment: cudaEnvironment,
  },
  {
    name: 'tfjs',
    device: null,
    missing: missingForTfjs,
    start: async (options) => (await import('./tfjs/native.ts')).createTfjsEngine(options),
    environment: tfjsEnvironment,
  },
];

export const engineKind = (name: EngineName): EngineKind => engineKinds.find((kind) => kind.name === name)!;
