import { mergeConfig } from 'vitest/config';
import { areas } from './scripts/mutationAreas.ts';
import base from './vitest.config.ts';

/** The tests of one area, for Stryker. */
const config = mergeConfig(base, {});
config.test!.include = [...(areas[process.env.DESTILA_MUTATE ?? '']?.tests ?? [])];
export default config;
