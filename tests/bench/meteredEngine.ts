import type { Engine } from '../../src/main/pipeline/engine/engine.ts';

/** What an engine spends its time on. `build` is the making of training sessions, once per phase. */
const kinds = ['step', 'statistics', 'forward', 'build'] as const;
export type Kind = (typeof kinds)[number];
/** Seconds on the clock, and of processor time of the thread that waits for the engine. */
export type Times = Readonly<Record<Kind, { seconds: number; cpuSeconds: number }>>;

export const timesOf = (value: (kind: Kind) => { seconds: number; cpuSeconds: number }): Times =>
  Object.fromEntries(kinds.map((kind) => [kind, value(kind)])) as Times;

const threadSeconds = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
};

/** The same engine, which adds the time of each call to `times`. Making an inference session counts as forward. */
export function meteredEngine(engine: Engine, times: Times): Engine {
  const timed = async <T>(kind: Kind, work: () => Promise<T>): Promise<T> => {
    const [started, cpu] = [performance.now(), threadSeconds()];
    try {
      return await work();
    } finally {
      times[kind].seconds += (performance.now() - started) / 1000;
      times[kind].cpuSeconds += threadSeconds() - cpu;
    }
  };
  /** A session whose methods named here are timed; the others pass through. */
  const watched = <T extends object>(session: T, methods: Readonly<Record<string, Kind>>): T =>
    new Proxy(session, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        const call = (...args: unknown[]): unknown => Reflect.apply(value, target, args);
        const kind = methods[String(key)];
        return kind === undefined ? call : (...args: unknown[]) => timed(kind, async () => call(...args));
      },
    });
  return {
    ...engine,
    createTraining: async (request) =>
      watched(await timed('build', () => engine.createTraining(request)), { step: 'step' }),
    createStatistics: async (request) =>
      watched(await timed('statistics', () => engine.createStatistics(request)), { run: 'statistics' }),
    createInference: async (request) =>
      watched(await timed('forward', () => engine.createInference(request)), { run: 'forward' }),
  };
}
