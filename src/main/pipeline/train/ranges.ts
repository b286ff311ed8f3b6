import type { Range } from '../engine/engine.ts';

/** Moves activation ranges toward each batch's smallest and largest value, like TensorFlow's MovingAverageQuantize. */
export function trackRanges(
  ranges: Readonly<Record<string, Range>>,
  seen: ReadonlyMap<string, Range>,
  decay: number,
): Record<string, Range> {
  const tracked: Record<string, Range> = { ...ranges };
  for (const [name, [min, max]] of seen) {
    const old = ranges[name];
    tracked[name] =
      old === undefined ? [min, max] : [decay * old[0] + (1 - decay) * min, decay * old[1] + (1 - decay) * max];
  }
  return tracked;
}

/** Ranges are frozen in the last third of the epochs, so that the weights settle on a fixed grid. */
export const freezesRanges = (epoch: number, epochs: number): boolean => epoch >= Math.ceil((epochs * 2) / 3);
