import { mergeConfig } from 'vitest/config';
import { areas } from './scripts/mutationAreas.ts';
import base from './vitest.config.ts';

/** The tests of one area, for Stryker. */
const config = mergeConfig(base, {});
config.test!.include = [...(areas[process.env.DESTILA_MUTATE ?? '']?.tests ?? [])];
// Stryker runs one worker per process and one mutant at a time. Loading the modules once per worker instead of once per
// mutant saves most of the time; mutants of module-level code are skipped anyway (`ignoreStatic`).
config.test!.isolate = false;
export default config;
