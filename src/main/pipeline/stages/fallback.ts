import type { EngineName } from '../../../shared/config.ts';
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { toProblemData } from '../../../shared/problem.ts';
import type { Engine } from '../engine/engine.ts';
import { engineKind } from '../engine/registry.ts';
import type { EngineStart } from '../engine/registry.ts';
import { splitBatches } from '../engine/splitBatches.ts';

/** An engine and the number of parts in which it computes a batch. */
export interface FallbackLevel {
  readonly name: EngineName;
  readonly parts: number;
}

const MOST_PARTS = 4;

/** After a graphics card fails: half the batch at a time, then a quarter, then the CPU. Null below the CPU. */
export function nextLevel({ name, parts }: FallbackLevel): FallbackLevel | null {
  if (name === 'onnx-cpu') return null;
  return parts < MOST_PARTS ? { name, parts: parts * 2 } : { name: 'onnx-cpu', parts: 1 };
}

export interface StartedLevel {
  readonly level: FallbackLevel;
  readonly engine: Engine;
}

export interface Fallback {
  readonly start: (level: FallbackLevel) => Promise<Engine>;
  /** Receives what failed and how the run continues. */
  readonly onFallback: (message: Message) => void;
}

/** Runs `work`. If the card runs out of memory or is lost, runs it again one level lower, from the last checkpoint. */
export async function withFallback<T>(
  from: StartedLevel,
  fallback: Fallback,
  work: (engine: Engine) => Promise<T>,
): Promise<{ result: T; at: StartedLevel }> {
  let at = from;
  for (;;) {
    try {
      return { result: await work(at.engine), at };
    } catch (error) {
      at = await startLower(at.level, error, fallback);
    }
  }
}

async function startLower(level: FallbackLevel, error: unknown, fallback: Fallback): Promise<StartedLevel> {
  const { kind } = toProblemData(error);
  const next = kind === 'outOfMemory' || kind === 'deviceLost' ? nextLevel(level) : null;
  if (next === null) throw error;
  fallback.onFallback(explanation(kind === 'deviceLost' ? 'deviceLost' : 'outOfMemory', level, next));
  try {
    return { level: next, engine: await fallback.start(next) };
  } catch (startError) {
    return startLower(next, nextLevel(next) === null ? startError : error, fallback);
  }
}

function explanation(kind: 'outOfMemory' | 'deviceLost', failed: FallbackLevel, next: FallbackLevel): Message {
  if (next.name === 'onnx-cpu')
    return kind === 'deviceLost'
      ? message('fallback.cardLostProcessor')
      : message(failed.name === 'tfjs' ? 'fallback.tensorflowMemoryProcessor' : 'fallback.cardMemoryProcessor');
  const now = { engine: next.name, parts: next.parts };
  return kind === 'deviceLost'
    ? message('fallback.cardLostParts', now)
    : message(failed.name === 'tfjs' ? 'fallback.tensorflowMemoryParts' : 'fallback.cardMemoryParts', now);
}

export async function startEngine({ name, parts }: FallbackLevel, options: EngineStart): Promise<Engine> {
  const engine = await engineKind(name).start(options);
  return parts === 1 ? engine : splitBatches(engine, parts);
}
