import type { EngineName } from '../../../shared/config.ts';
import { toProblemData } from '../../../shared/problem.ts';
import type { Engine } from '../engine/engine.ts';
import { engineKind } from '../engine/registry.ts';
import type { EngineStart } from '../engine/registry.ts';
import { splitBatches } from '../engine/splitBatches.ts';

/** What a run computes on: an engine, and in how many parts it takes a batch. */
export interface Rung {
  readonly name: EngineName;
  readonly parts: number;
}

const MOST_PARTS = 4;

/** What is tried after a graphics card gave up: half the batch at a time, a quarter, then the processor. Null: there is nothing below. */
export function nextRung({ name, parts }: Rung): Rung | null {
  if (name === 'onnx-cpu') return null;
  return parts < MOST_PARTS ? { name, parts: parts * 2 } : { name: 'onnx-cpu', parts: 1 };
}

export interface Climbing {
  readonly rung: Rung;
  readonly engine: Engine;
}

export interface Fallback {
  readonly start: (rung: Rung) => Promise<Engine>;
  /** Says what happened and what is done about it. */
  readonly say: (message: string) => void;
}

/** Does the work; where memory of the card runs out or the card is lost, does it again from its last checkpoint one rung lower. */
export async function withFallback<T>(
  from: Climbing,
  fallback: Fallback,
  work: (engine: Engine) => Promise<T>,
): Promise<{ result: T; at: Climbing }> {
  let at = from;
  for (;;) {
    try {
      return { result: await work(at.engine), at };
    } catch (error) {
      at = await lower(at.rung, error, fallback);
    }
  }
}

async function lower(rung: Rung, error: unknown, { start, say }: Fallback): Promise<Climbing> {
  const { kind } = toProblemData(error);
  const next = kind === 'outOfMemory' || kind === 'deviceLost' ? nextRung(rung) : null;
  if (next === null) throw error;
  const what =
    kind === 'outOfMemory'
      ? rung.name === 'tfjs'
        ? "TensorFlow's memory ran out"
        : 'The memory of the graphics card ran out'
      : 'The graphics card stopped answering';
  const cure =
    next.name === 'onnx-cpu'
      ? 'on the processor, which is slower'
      : `on ${next.name} with each batch in ${next.parts} parts`;
  say(`${what}. The run goes on from its last checkpoint, ${cure}.`);
  try {
    return { rung: next, engine: await start(next) };
  } catch (refusal) {
    return lower(next, nextRung(next) === null ? refusal : error, { start, say });
  }
}

export async function startRung({ name, parts }: Rung, options: EngineStart): Promise<Engine> {
  const engine = await engineKind(name).start(options);
  return parts === 1 ? engine : splitBatches(engine, parts);
}
