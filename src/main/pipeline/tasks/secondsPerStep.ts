/**
 * onnxruntime plans its memory in the first step and allocates it in the second, which therefore took five times as long
 * as the later ones.
 */
const WARM_UPS = 2;
/** Few, because a teacher's step takes seconds on a CPU. Odd, so that one is the median. */
const STEPS = 3;

/** Median of the seconds that a step takes once the engine has its memory. Steps are counted from 0. */
export async function secondsPerStep(work: (step: number) => Promise<unknown>): Promise<number> {
  for (let step = 0; step < WARM_UPS; step++) await work(step);
  const seconds: number[] = [];
  for (let step = WARM_UPS; step < WARM_UPS + STEPS; step++) {
    const began = performance.now();
    await work(step);
    seconds.push((performance.now() - began) / 1000);
  }
  return seconds.sort((a, b) => a - b)[(STEPS - 1) / 2]!;
}
