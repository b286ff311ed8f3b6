/**
 * The allowed distance of an engine from the oracle. Numbers are the largest difference as a share of the tensor's
 * largest value (for losses and norms, of the value itself) unless they say absolute. docs/engines.md has the same
 * table.
 */
export interface Tolerances {
  readonly loss: number;
  readonly gradientNorm: number;
  /** Logits in training mode; scores, inner tensors and activation ranges in inference mode. */
  readonly outputs: number;
  /** Batch statistics of BatchNorm. */
  readonly statistics: number;
  /** Each parameter's gradient, and the change of the moving statistics. */
  readonly gradients: number;
  /** Larger because a value on a rounding border may fall on either side, which changes a code by one. */
  readonly fakeQuantized: { readonly outputs: number; readonly gradients: number };
  /** The change of each parameter, its slots and its EMA in one optimizer step. */
  readonly optimizerStep: number;
  /**
   * Parameters and EMA after up to five steps from empty slots. Where a gradient is nearly zero, AdamW magnifies its
   * rounding error.
   */
  readonly fewSteps: { readonly loss: number; readonly parameters: number };
  /** Parameters and EMA after accumulation over batches. */
  readonly addedUp: number;
  /** Losses, gradient norms and parameters after 20 steps, absolute. */
  readonly trajectory: { readonly loss: number; readonly gradientNorm: number; readonly parameters: number };
  /** A repeated run and one resumed from its state; 0 means bit for bit. */
  readonly repeated: number;
}

const cpu: Tolerances = {
  loss: 1e-5,
  gradientNorm: 1e-4,
  outputs: 1e-4,
  statistics: 1e-4,
  gradients: 2e-3,
  fakeQuantized: { outputs: 0.05, gradients: 0.1 },
  optimizerStep: 2e-3,
  fewSteps: { loss: 1e-3, parameters: 0.02 },
  addedUp: 0.005,
  trajectory: { loss: 1e-5, gradientNorm: 1e-4, parameters: 1e-3 },
  repeated: 0,
};

/** These engines sum in another order and approximate exp. */
const card: Tolerances = {
  ...cpu,
  loss: 1e-4,
  gradientNorm: 1e-3,
  outputs: 1e-3,
  statistics: 1e-3,
  gradients: 5e-3,
  optimizerStep: 5e-3,
  trajectory: { loss: 1e-4, gradientNorm: 1e-3, parameters: 5e-3 },
  repeated: 1e-5,
};

export const tolerances = {
  'onnx-cpu, blocked layout': cpu,
  'onnx-cpu, plain layout': cpu,
  'onnx-webgpu': card,
  'onnx-cuda': card,
  tfjs: cpu,
} as const satisfies Record<string, Tolerances>;

const engines = Object.keys(tolerances) as (keyof typeof tolerances)[];
const rows: readonly (readonly [string, (tolerance: Tolerances) => number])[] = [
  ['a step: loss', ({ loss }) => loss],
  ['a step: gradient norm', ({ gradientNorm }) => gradientNorm],
  ['a step: logits; inference: scores, inner tensors, activation ranges', ({ outputs }) => outputs],
  ['batch statistics of BatchNorm', ({ statistics }) => statistics],
  ["a step: each parameter's gradient, change of the moving statistics", ({ gradients }) => gradients],
  [
    'a fake-quantized step: logits (one code up or down at a rounding boundary)',
    ({ fakeQuantized }) => fakeQuantized.outputs,
  ],
  ["a fake-quantized step: each parameter's gradient", ({ fakeQuantized }) => fakeQuantized.gradients],
  ['an optimizer step from the middle of a run: parameters, moments, EMA', ({ optimizerStep }) => optimizerStep],
  ['five steps from empty moments: losses', ({ fewSteps }) => fewSteps.loss],
  ['five steps from empty moments: parameters, EMA', ({ fewSteps }) => fewSteps.parameters],
  ['gradients accumulated over batches: parameters, EMA', ({ addedUp }) => addedUp],
  ['20 steps, absolute: losses', ({ trajectory }) => trajectory.loss],
  ['20 steps, absolute: gradient norms', ({ trajectory }) => trajectory.gradientNorm],
  ['20 steps, absolute: parameters', ({ trajectory }) => trajectory.parameters],
  ['run twice; resumed from its own state', ({ repeated }) => repeated],
];

/** The table of docs/engines.md. */
export const tolerancesMarkdown = (): string =>
  [
    `| | ${engines.join(' | ')} |`,
    `| --- |${' --- |'.repeat(engines.length)}`,
    ...rows.map(
      ([what, tolerance]) =>
        `| ${what} | ${engines.map((engine) => tolerance(tolerances[engine]) || 'bit for bit').join(' | ')} |`,
    ),
  ].join('\n');
