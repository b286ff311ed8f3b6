import { readFile, statfs } from 'node:fs/promises';
import os from 'node:os';
import { toProblemData } from '../../../shared/problem.ts';
import { PLAIN_BCE } from '../engine/engine.ts';
import { createOnnxCpuEngine } from '../engine/onnx/engine.ts';
import { buildModel } from '../models/efficientnet.ts';
import { initialParameters } from '../models/initialParameters.ts';

export interface EngineReport {
  readonly name: string;
  readonly state: 'works' | 'fails' | 'not tried';
  readonly description: string;
  /** Training steps of EfficientNet-Lite0 at 96 px, batch 16: images a second; null where it was not measured. */
  readonly imagesPerSecond: number | null;
}

export interface DoctorReport {
  readonly system: string;
  readonly cpu: { readonly model: string; readonly cores: number; readonly features: readonly string[] };
  readonly memory: { readonly totalBytes: number; readonly freeBytes: number };
  readonly disk: { readonly folder: string; readonly freeBytes: number } | null;
  readonly gpus: readonly string[];
  readonly engines: readonly EngineReport[];
  readonly versions: Readonly<Record<string, string>>;
}

/** What this machine can do; engines are started and measured, and what cannot be tried says so. */
export async function doctor(folder: string): Promise<DoctorReport> {
  const cpus = os.cpus();
  return {
    system: `${os.type()} ${os.release()}, ${os.arch()}`,
    cpu: { model: cpus[0]?.model.trim() ?? 'unknown', cores: os.availableParallelism(), features: await cpuFeatures() },
    memory: { totalBytes: os.totalmem(), freeBytes: os.freemem() },
    disk: await statfs(folder).then(({ bavail, bsize }) => ({ folder, freeBytes: bavail * bsize }), () => null),
    gpus: await graphicsCards(),
    engines: [await tryCpu(), { name: 'onnx-webgpu', state: 'not tried', description: 'not built in yet', imagesPerSecond: null }, { name: 'onnx-cuda', state: 'not tried', description: 'not built in yet', imagesPerSecond: null }],
    versions: { node: process.version },
  };
}

const INTERESTING = ['avx', 'avx2', 'fma', 'avx512f', 'avx512_vnni', 'avx_vnni', 'amx_int8', 'asimd', 'asimddp', 'i8mm'];

async function cpuFeatures(): Promise<string[]> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const flags = new Set(/^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1]?.split(/\s+/) ?? []);
  return INTERESTING.filter((feature) => flags.has(feature));
}

/** Names of NVIDIA cards, where their driver says them; other cards are not asked. */
async function graphicsCards(): Promise<string[]> {
  const { readdir } = await import('node:fs/promises');
  const folders = await readdir('/proc/driver/nvidia/gpus').catch(() => []);
  const names = await Promise.all(folders.map((id) => readFile(`/proc/driver/nvidia/gpus/${id}/information`, 'utf8').catch(() => '')));
  return names.map((text) => /^Model:\s*(.*)$/m.exec(text)?.[1] ?? 'NVIDIA card');
}

const SIZE = 96;
const BATCH = 16;
const STEPS = 3;

async function tryCpu(): Promise<EngineReport> {
  const name = 'onnx-cpu';
  try {
    const engine = await createOnnxCpuEngine({ threads: 0 });
    const model = buildModel('efficientnet-lite0', { inputSize: SIZE, classes: 10, dropout: 0, dropPath: 0 });
    const session = await engine.createTraining({
      model, batchSize: BATCH, trainableFrom: 0, loss: PLAIN_BCE, optimizer: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
      clipNorm: 1, ema: false, state: { parameters: initialParameters(model, 1), slots: new Map(), ema: null, steps: 0 },
    });
    const step = {
      pixels: new Uint8Array(BATCH * SIZE * SIZE * 3).fill(100), labels: new Float32Array(BATCH * 10), weights: new Float32Array(BATCH * 10).fill(1 / (BATCH * 10)),
      learningRate: 1e-3, weightDecay: 0, masks: new Map<string, Float32Array>(),
    };
    await session.step(step);
    const started = performance.now();
    for (let i = 0; i < STEPS; i++) await session.step(step);
    const seconds = (performance.now() - started) / 1000;
    await session.dispose();
    return { name, state: 'works', description: engine.description, imagesPerSecond: (STEPS * BATCH) / seconds };
  } catch (error) {
    return { name, state: 'fails', description: toProblemData(error).message, imagesPerSecond: null };
  }
}
