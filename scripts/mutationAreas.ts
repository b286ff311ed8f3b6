/** Where `npm run mutate` puts small bugs, and the tests that should detect them. */
export interface MutationArea {
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
  /** Some of its tests mock modules: each file needs modules of its own. */
  readonly mocks?: true;
}

export const areas: Readonly<Record<string, MutationArea | undefined>> = {
  metrics: {
    mutate: [
      'src/shared/metrics/{metrics,bootstrap,wilson,goal,quality,ratios}.ts',
      'src/main/pipeline/eval/splitMetrics.ts',
    ],
    tests: [
      'src/shared/metrics/{metrics,bootstrap,wilson,goal,quality,ratios}.test.ts',
      'src/main/pipeline/eval/*.test.ts',
    ],
  },
  thresholds: {
    mutate: ['src/shared/metrics/thresholds.ts'],
    // Leaves out thresholdSmoothing.test.ts, whose simulation takes longer than all other tests of the area together.
    tests: ['src/shared/metrics/{thresholds,thresholdSearch}.test.ts'],
  },
  losses: {
    mutate: ['src/main/pipeline/engine/onnx/loss*.ts'],
    tests: ['tests/parity/losses.test.ts'],
  },
  train: {
    mutate: ['src/main/pipeline/train/*.ts'],
    tests: ['src/main/pipeline/train/*.test.ts'],
  },
  quant: {
    mutate: ['src/main/pipeline/quant/{addRanges,arithmetic,calibrate,correctBias,scoredLogits,toIntegerModel}.ts'],
    // Without quant.test.ts: its whole network takes longer than all other tests of the area together.
    tests: ['src/main/pipeline/quant/{addRanges,arithmetic,calibrate,correctBias,scoredLogits,toIntegerModel}.test.ts'],
  },
  integer: {
    mutate: ['src/main/pipeline/quant/{integerReference,integerScorer}.ts'],
    // Not integer.test.ts: its networks take longer, and measuring slows the innermost loops down.
    tests: ['tests/parity/integerTiny.test.ts', 'src/main/pipeline/quant/integerReference.test.ts'],
  },
  imports: {
    mutate: ['src/main/studio/imports/*.ts'],
    tests: ['src/main/studio/imports/*.test.ts'],
  },
  labels: {
    mutate: ['src/main/studio/labels/*.ts', 'src/main/pipeline/data/{labelLine,separator,textLines,labelRules}.ts'],
    tests: [
      'src/main/studio/labels/*.test.ts',
      'src/main/pipeline/data/{readDataset,checkDataset,labelRules,labelLine,separator}.test.ts',
    ],
    mocks: true,
  },
  queue: {
    mutate: ['src/main/studio/runs/{runQueue,history,eventThrottle,runSummary}.ts'],
    tests: ['src/main/studio/runs/*.test.ts'],
  },
  bundleFiles: {
    mutate: ['src/main/pipeline/export/bundle/{bundleJson,readBundle}.ts', 'src/main/pipeline/storage/zipArchive.ts'],
    tests: [
      'src/main/pipeline/export/bundle/{bundleJson,readBundle}.test.ts',
      'src/main/pipeline/storage/zipArchive.test.ts',
    ],
  },
  bundleTexts: {
    mutate: ['src/main/pipeline/export/bundle/verifyTexts.ts'],
    tests: ['src/main/pipeline/export/bundle/verifyTexts.test.ts'],
  },
  bundleParity: {
    mutate: ['src/main/pipeline/export/bundle/verifyParity.ts'],
    tests: ['src/main/pipeline/export/bundle/verifyParity.test.ts'],
  },
  verify: {
    mutate: ['src/main/pipeline/export/bundle/verifyBundle.ts'],
    tests: ['src/main/pipeline/export/bundle/{verifyBundle,verifyContradictions}.test.ts'],
  },
  stores: {
    // Not commands.ts, keys.ts and pictureVersions.ts: they are hooks, which the screen tests exercise.
    mutate: ['src/renderer/**/*Store.ts', 'src/renderer/stores/{dataset,studio,view,keyNames}.ts'],
    tests: ['src/renderer/stores/*.test.ts', 'src/renderer/{tune,export,train}/*Store.test.ts'],
    mocks: true,
  },
};
