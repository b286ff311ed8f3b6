import { mergeConfig } from 'vitest/config';
import { areas } from './scripts/mutationAreas.ts';
import base from './vitest.config.ts';

/** The tests of one area, for Stryker. */
const config = mergeConfig(base, {});
config.test!.include = [...(areas[process.env.DESTILA_MUTATE ?? '']?.tests ?? [])];
// Each mutant runs the test files one after another: without isolation they evaluate the shared modules only once.
// Mutants of module-level code are not tried anyway (`ignoreStatic`).
config.test!.isolate = false;
export default config;
