import type { EngineName } from '../../../shared/config.ts';
import type { Device, Engine } from './engine.ts';
import { cudaEnvironment, cudaLack, webGpuLack } from './onnx/requirements.ts';
import { tfjsEnvironment, tfjsLack } from './tfjs/requirements.ts';

/** What keeps an engine from starting on this machine, and the command that puts it right, if one does. */
export interface Lack {
  readonly says: string;
  readonly fix: string | null;
}

export interface EngineStart {
  /** Of the CPU; 0 = one a core. */
  readonly threads: number;
  readonly lowMemory?: boolean;
  /** Where `destila engine install` puts engines. */
  readonly enginesFolder: string;
}

/** One way to run graphs. Files are looked at and nothing native is loaded before `start`. */
export interface EngineKind {
  readonly name: EngineName;
  /** Null where only a start shows it. */
  readonly device: Device | null;
  /** The first thing that is missing; null: it may start. */
  lack(enginesFolder: string): Promise<Lack | null>;
  /** Throws Problem 'engine'. A bad driver may end the process. */
  start(options: EngineStart): Promise<Engine>;
  /** What the process that starts it needs in its environment. */
  environment(enginesFolder: string): Readonly<Record<string, string>>;
}

const nothing = (): Record<string, string> => ({});

export const engineKinds: readonly EngineKind[] = [
  {
    name: 'onnx-cpu',
    device: 'cpu',
    lack: () => Promise.resolve(null),
    start: async (options) => (await import('./onnx/engine.ts')).createOnnxCpuEngine(options),
    environment: nothing,
  },
  {
    name: 'onnx-webgpu',
    device: 'gpu',
    lack: webGpuLack,
    start: async (options) => (await import('./onnx/webgpu.ts')).createOnnxWebGpuEngine(options),
    environment: nothing,
  },
  {
    name: 'onnx-cuda',
    device: 'gpu',
    lack: cudaLack,
    start: async (options) => (await import('./onnx/cuda.ts')).createOnnxCudaEngine(options),
    environment: cudaEnvironment,
  },
  {
    name: 'tfjs',
    device: null,
    lack: tfjsLack,
    start: async (options) => (await import('./tfjs/native.ts')).createTfjsEngine(options),
    environment: tfjsEnvironment,
  },
];

export const engineKind = (name: EngineName): EngineKind => engineKinds.find((kind) => kind.name === name)!;
