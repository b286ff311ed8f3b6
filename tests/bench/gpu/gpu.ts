import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import type { EngineName } from '../../../src/shared/config.ts';
import { graphicsCards } from '../../../src/main/pipeline/engine/graphicsCards.ts';
import { engineKind } from '../../../src/main/pipeline/engine/registry.ts';
import { tfjsVariants, usableVariant } from '../../../src/main/pipeline/engine/tfjs/requirements.ts';
import { vulkanAdapters } from '../../../src/main/pipeline/engine/vulkanAdapters.ts';
import { enginesFolder } from '../../../src/main/studio/state/places.ts';
import { nameSoftwareAdapter } from '../../conformance/graphicsAdapter.ts';
import { makeTinyProject, tinyConfig } from '../../e2e/tinyProject.ts';
import { buildConformance, conformanceFile, ROOT } from './buildConformance.ts';
import type { EngineReport, Finding, GpuReport } from './report.ts';
import { conformanceFigures, reportTable, stepFigures } from './report.ts';
import { runPart } from './part.ts';
import type { ConformanceResult, StepsResult } from './results.ts';

const ENGINES = ['onnx-webgpu', 'onnx-cuda', 'tfjs'] as const satisfies readonly EngineName[];

interface Network {
  readonly architecture: string;
  readonly inputSize: number;
  readonly batchSize: number;
}

/** How much is run. */
interface Size {
  readonly networks: readonly Network[];
  readonly steps: number;
  /** Per engine, for all its parts. */
  readonly limitSeconds: number;
  readonly images: Record<'train' | 'val' | 'test', number>;
  /** Whether the whole run takes the fewest steps that are possible. */
  readonly small: boolean;
}

const CARD: Size = {
  networks: [
    { architecture: 'efficientnet-lite1', inputSize: 240, batchSize: 32 },
    { architecture: 'efficientnet-b3', inputSize: 300, batchSize: 16 },
  ],
  steps: 20,
  limitSeconds: 120,
  images: { train: 24, val: 12, test: 12 },
  small: false,
};

/** A software adapter is hundreds of times slower: this shows that the command works, and nothing about speed. */
const SOFTWARE: Size = {
  networks: [{ architecture: 'efficientnet-lite0', inputSize: 32, batchSize: 2 }],
  steps: 3,
  limitSeconds: 1200,
  images: { train: 4, val: 4, test: 4 },
  small: true,
};

/** Each later part of an engine keeps at least this long. */
const RESERVED_SECONDS = 15;
/** For one step of each network on the CPU, with which the engines are compared. */
const CPU_LIMIT_SECONDS = 50;

export interface GpuOptions {
  /** Uses Chromium's software adapter and small sizes. */
  readonly software: boolean;
  /** The report as JSON. */
  readonly out: string;
}

/** Tries every engine that uses a graphics card, each part in a process of its own, and writes a table and JSON. */
export async function benchGpu({ software, out }: GpuOptions): Promise<void> {
  if (software) nameSoftwareAdapter();
  if (!existsSync(conformanceFile) || !isPacked()) await buildConformance();
  const size = software ? SOFTWARE : CARD;
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-gpu-'));
  try {
    const cards = await graphicsCards();
    const adapters = await vulkanAdapters();
    for (const { name, driver } of cards) console.log(`Card: ${name} (${driver})`);
    for (const { name, driver, memoryBytes } of adapters)
      console.log(`Vulkan adapter: ${name} (${driver}), ${gigabytes(memoryBytes)}`);
    if (cards.length + adapters.length === 0) console.log('No card and no Vulkan adapter is listed by the system.');
    const cpu = await stepsOnCpu(size);
    const engines: EngineReport[] = [];
    for (const name of ENGINES) {
      console.log(`\n${name}`);
      const engine = await tryEngine(name, size, software, cpu, folder);
      if (engine.reason !== null) console.log(`  not started: ${engine.reason}`);
      engines.push(engine);
    }
    const report: GpuReport = { at: new Date().toISOString(), software, cards, adapters, engines };
    writeFileSync(out, `${JSON.stringify(report, null, 1)}\n`);
    console.log(`\n${reportTable(report)}\n\nWritten to ${path.resolve(out)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The archive brings the bundle and no bundler. */
const isPacked = (): boolean => !existsSync(path.join(ROOT, 'node_modules', 'vite'));
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
const nameOf = ({ architecture, inputSize, batchSize }: Network): string =>
  `${architecture}, ${inputSize} px, batch ${batchSize}`;
const stepArguments = (engine: EngineName, network: Network, steps: number): string[] => [
  path.join(import.meta.dirname, 'steps.ts'),
  engine,
  network.architecture,
  String(network.inputSize),
  String(network.batchSize),
  String(steps),
];

async function stepsOnCpu({ networks }: Size): Promise<ReadonlyMap<string, StepsResult>> {
  const found = new Map<string, StepsResult>();
  for (const network of networks) {
    const { result, reason } = await runPart({
      command: process.execPath,
      args: stepArguments('onnx-cpu', network, 1),
      environment: {},
      limitSeconds: CPU_LIMIT_SECONDS,
    });
    if (result === null) console.log(`CPU, ${nameOf(network)}: no reference, ${reason}`);
    else found.set(nameOf(network), result as StepsResult);
  }
  return found;
}

async function tryEngine(
  name: (typeof ENGINES)[number],
  size: Size,
  software: boolean,
  cpu: ReadonlyMap<string, StepsResult>,
  folder: string,
): Promise<EngineReport> {
  const reason = await whyNotStarted(name, software);
  if (reason !== null) return { name, reason, findings: [] };
  const parts = [
    {
      name: 'conformance',
      args: [conformanceFile, name],
      read: (result: unknown) => conformanceFigures(result as ConformanceResult),
    },
    ...size.networks.map((network) => ({
      name: nameOf(network),
      args: stepArguments(name, network, size.steps),
      read: (result: unknown) => stepFigures(result as StepsResult, cpu.get(nameOf(network)) ?? null),
    })),
    { name: 'whole run', args: await runArguments(name, size, folder), read: () => ({}) },
  ];
  const findings: Finding[] = [];
  let remaining = size.limitSeconds;
  for (const [i, part] of parts.entries()) {
    const end = await runPart({
      command: process.execPath,
      args: part.args,
      environment: { ...engineKind(name).environment(enginesFolder()), DESTILA_CACHE: path.join(folder, 'cache') },
      limitSeconds: Math.max(RESERVED_SECONDS, remaining - RESERVED_SECONDS * (parts.length - 1 - i)),
    });
    remaining -= end.seconds;
    const { state, reason: why, seconds, cardBytes } = end;
    console.log(`  ${part.name}: ${state}${why === '' ? '' : `, ${why}`} (${seconds.toFixed(1)} s)`);
    const figures = end.result === null ? {} : part.read(end.result);
    findings.push({ part: part.name, state, reason: why, seconds, cardBytes, ...figures });
  }
  return { name, reason: null, findings };
}

/** Null when the engine may start; then only its processes can tell. */
async function whyNotStarted(name: (typeof ENGINES)[number], software: boolean): Promise<string | null> {
  // A graphics card is all that WebGPU lacks where a software adapter stands in for it.
  if (software && name === 'onnx-webgpu') return null;
  const missing = await engineKind(name).missing(enginesFolder());
  if (missing !== null) return [missing.message.text, missing.fix?.text ?? ''].join(' ').trim();
  if (name === 'tfjs' && (await usableVariant(enginesFolder())) !== tfjsVariants.gpu)
    return 'The installed TensorFlow runs on the CPU. destila engine install tfjs-gpu';
  return null;
}

/** A project of a few tiny images, and the command that trains on it and exports. */
async function runArguments(name: EngineName, { images, small }: Size, folder: string): Promise<string[]> {
  const project = path.join(folder, `project-${name}`);
  await makeTinyProject(project, images);
  const config = tinyConfig((base) => {
    const { teacher, student, qat } = base;
    const changed = { ...base, engine: { ...base.engine, name }, checkpoint_minutes: 10 };
    if (!small) return changed;
    const shortest = { batch_size: 2, epochs_head: 0, epochs_finetune: 1 };
    return {
      ...changed,
      teacher: { ...teacher, ...shortest, architecture: 'efficientnet-lite0' },
      student: { ...student, ...shortest },
      qat: { ...qat, batch_size: 2, epochs: 0 },
    };
  });
  writeFileSync(path.join(project, 'destila.yaml'), stringify(config));
  return [path.join(ROOT, 'src', 'main', 'doors', 'cli', 'main.ts'), 'run', project];
}
