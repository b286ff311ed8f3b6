import { statSync } from 'node:fs';
import { mergeConfig } from 'vitest/config';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';
import { areas } from './scripts/mutationAreas.ts';
import base from './vitest.config.ts';

/** Small files first: a mutant ends with the first test that fails, and the slow tests are in the large files. */
class SmallestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const bytes = new Map(files.map((file) => [file, statSync(file.moduleId).size]));
    return files.toSorted((a, b) => bytes.get(a)! - bytes.get(b)!);
  }
}

/** The tests of one area, for Stryker. */
const area = areas[process.env.DESTILA_MUTATE ?? ''];
const config = mergeConfig(base, {});
config.test!.include = [...(area?.tests ?? [])];
config.test!.sequence = { sequencer: SmallestFirst };
// Each mutant runs the test files one after another: without isolation they evaluate the shared modules only once.
// Mutants of module-level code are not tried anyway (`ignoreStatic`).
config.test!.isolate = area?.mocks ?? false;
export default config;
