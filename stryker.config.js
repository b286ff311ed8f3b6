import { areas } from './scripts/mutationAreas.ts';

/**
 * `npm run mutate -- AREA` (scripts/mutate.ts) says which area. Results are kept in reports/mutation: a second run
 * only tries what changed since (incremental mode).
 */
const name = process.env.DESTILA_MUTATE ?? '';
const area = areas[name];
if (area === undefined) throw new Error(`No area ${name}: one of ${Object.keys(areas).join(', ')}.`);

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner', './scripts/mutationTexts.ts'],
  ignorers: ['texts'],
  // `related` would take in every whole run of the pipeline; the area names its tests instead
  // (vitest.mutate.config.ts).
  vitest: { configFile: 'vitest.mutate.config.ts', related: false },
  mutate: [...area.mutate, '!src/**/*.test.ts'],
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  incremental: true,
  incrementalFile: `reports/mutation/${name}.incremental.json`,
  reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false, reportScoreTable: true },
  htmlReporter: { fileName: `reports/mutation/${name}.html` },
  jsonReporter: { fileName: `reports/mutation/${name}.json` },
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['docs', 'out', 'reports', 'destila-demo', 'destila-sample', 'docker'],
  concurrency: 2,
  // Added to one and a half times what the tests take: a mutant that loops forever holds a worker for so long.
  timeoutMS: 10_000,
  thresholds: { high: 90, low: 85, break: 85 },
  allowEmpty: false,
};
