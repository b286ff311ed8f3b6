import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import { z } from 'zod';
import type { Config, EngineName, NetworkConfig } from '../../../shared/config.ts';
import { configSchema, engineNames } from '../../../shared/config.ts';
import type { EngineSpeed, RememberedSpeed } from '../../../shared/contract/studio.ts';
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { toProblemData } from '../../../shared/problem.ts';
import type { EngineChoice } from '../../jobs/protocol.ts';
import { startJob } from '../../jobs/startJob.ts';
import { requireAdapter } from '../../pipeline/engine/adapters.ts';
import { graphicsCards } from '../../pipeline/engine/graphicsCards.ts';
import { engineKinds } from '../../pipeline/engine/registry.ts';
import { enginesFolder } from '../state/places.ts';
import { forgetSpeed, knownSpeed, rememberSpeed } from './speeds.ts';

const speed = z.object({ stepSeconds: z.number() });
const measurementSchema = z.object({ teacher: speed, student: speed });
/** The number of classes hardly affects the speed, because the head is a small part of the network. */
const CLASSES = 20;

/**
 * The engine for a run. `auto` chooses the one that trains these networks fastest on this machine. Each engine is
 * measured in its own process, once per machine, driver, networks, input sizes and batch sizes; the result is stored.
 */
export async function chooseEngine(config: Config, signal?: AbortSignal): Promise<EngineChoice> {
  if (config.engine.name !== 'onnx-cpu') await requireAdapter(config.engine.adapter);
  if (config.engine.name !== 'auto') return { name: config.engine.name, why: null };
  const requirements = await Promise.all(
    engineKinds.map(async (kind) => ({ name: kind.name, missing: await kind.missing(enginesFolder()) })),
  );
  const candidates = requirements.filter(({ missing }) => missing === null).map(({ name }) => name);
  if (candidates.length === 1) return { name: candidates[0]!, why: null };
  const key = await keyOf(config, candidates);
  const known = await knownSpeed(key);
  if (known !== null) return fastest(known.seconds);
  const seconds = await measureEngines(config, candidates, signal);
  await rememberSpeed(key, {
    measuredAt: new Date().toISOString(),
    teacher: sizeOf(config.teacher),
    student: sizeOf(config.student),
    threads: config.engine.threads,
    adapter: config.engine.adapter,
    seconds,
  });
  return fastest(seconds);
}

const sizeOf = ({
  architecture,
  input_size: inputSize,
  batch_size: batchSize,
}: NetworkConfig): EngineSpeed['teacher'] => ({ architecture, inputSize, batchSize });

/** Measures the same networks again, on the engines that are available now. */
export async function measureAgain(
  { id, teacher, student, threads, adapter }: RememberedSpeed,
  signal?: AbortSignal,
): Promise<void> {
  const settings = ({ architecture, inputSize, batchSize }: EngineSpeed['teacher']): object => ({
    architecture,
    input_size: inputSize,
    batch_size: batchSize,
  });
  const config = configSchema.parse({
    engine: { threads, adapter },
    teacher: settings(teacher),
    student: settings(student),
  });
  await forgetSpeed(id);
  await chooseEngine(config, signal);
}

/** Exported for its test. */
export function fastest(seconds: Readonly<Partial<Record<EngineName, number | null>>>): EngineChoice {
  const ran = engineNames
    .flatMap((name) => (seconds[name] == null ? [] : [{ name, seconds: seconds[name] }]))
    .sort((a, b) => a.seconds - b.seconds);
  const failed = engineNames.filter((name) => seconds[name] === null);
  const speeds = ran.map((engine) => message('engineChoice.speed', { engine: engine.name, seconds: engine.seconds }));
  return { name: ran[0]?.name ?? 'onnx-cpu', why: explanation(speeds, failed) };
}

function explanation(speeds: readonly Message[], failed: readonly EngineName[]): Message {
  if (speeds.length === 0) return message('engineChoice.noneRuns', { failed });
  return failed.length === 0
    ? message('engineChoice.measured', { speeds })
    : message('engineChoice.measuredSomeFail', { speeds, failed });
}

async function measureEngines(
  config: Config,
  candidates: readonly EngineName[],
  signal: AbortSignal | undefined,
): Promise<Partial<Record<EngineName, number | null>>> {
  const seconds: Partial<Record<EngineName, number | null>> = {};
  for (const engine of candidates) {
    seconds[engine] = await startJob(
      { type: 'measure', config, classes: CLASSES, engine, enginesFolder: enginesFolder() },
      { signal },
    ).result.then(
      (found) => {
        const { teacher, student } = measurementSchema.parse(found);
        return teacher.stepSeconds + student.stepSeconds;
      },
      (error: unknown) => {
        // An engine that fails, for example for lack of memory, is left out; the CPU engine remains.
        if (toProblemData(error).kind === 'cancelled') throw error;
        return null;
      },
    );
  }
  return seconds;
}

/**
 * Everything that may change the ranking: with another driver or batch size, for example, engines are measured again.
 */
async function keyOf({ teacher, student, engine }: Config, candidates: readonly EngineName[]): Promise<string> {
  const networks = [teacher, student].map(({ architecture, input_size, batch_size }) => [
    architecture,
    input_size,
    batch_size,
  ]);
  const parts = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    threads: engine.threads,
    adapter: engine.adapter,
    cards: await graphicsCards(),
    networks,
    candidates,
  };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
