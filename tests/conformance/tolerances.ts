/**
 * How far an engine may be from the oracle. Every number is the largest difference as a share of the largest value of the tensor
 * in question (losses and norms: of the value itself), except where it says absolute. docs/engines.md shows the same table.
 */
export interface Tolerances {
  readonly loss: number;
  readonly gradientNorm: number;
  /** Logits in training mode; scores, inner tensors and activation ranges in inference mode. */
  readonly outputs: number;
  /** Batch statistics of BatchNorm. */
  readonly statistics: number;
  /** Each parameter's gradient, and how far the moving statistics went. */
  readonly gradients: number;
  /** A value on a rounding border may fall on either side: a code more or less somewhere. */
  readonly fakeQuantized: { readonly outputs: number; readonly gradients: number };
  /** How far one optimizer step took each parameter, its slots and its EMA. */
  readonly optimizerStep: number;
  /** Parameters and EMA after five steps or fewer from empty slots: where a gradient is all but zero, AdamW turns its rounding error into a share of a step. */
  readonly fewSteps: number;
  /** After 20 steps, absolute: losses, gradient norms, parameters. */
  readonly trajectory: { readonly loss: number; readonly gradientNorm: number; readonly parameters: number };
  /** Run twice, and resumed from its state. 0: bit for bit. */
  readonly repeated: number;
}

const cpu: Tolerances = {
  loss: 1e-5, gradientNorm: 1e-4, outputs: 1e-4, statistics: 1e-4, gradients: 2e-3, fakeQuantized: { outputs: 0.05, gradients: 0.1 },
  optimizerStep: 2e-3, fewSteps: 0.02, trajectory: { loss: 1e-5, gradientNorm: 1e-4, parameters: 1e-3 }, repeated: 0,
};

export const tolerances = {
  'onnx-cpu, blocked layout': cpu,
  'onnx-cpu, plain layout': cpu,
  'onnx-webgpu': { ...cpu, loss: 1e-4, gradientNorm: 1e-3, outputs: 1e-3, statistics: 1e-3, gradients: 5e-3, optimizerStep: 5e-3, trajectory: { loss: 1e-4, gradientNorm: 1e-3, parameters: 5e-3 }, repeated: 1e-5 },
  'tfjs': { ...cpu, repeated: 0 },
} as const satisfies Record<string, Tolerances>;
