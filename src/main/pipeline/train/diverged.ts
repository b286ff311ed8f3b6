import type { Stage } from '../../../shared/events.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Parameters } from '../graph/graph.ts';

/** The end of a training whose numbers left what floats can hold; `where` says what is not a number, and when. */
export function diverged(stage: Stage, where: string): Problem {
  const rates = stage === 'qat' ? 'qat.lr' : `${stage}.lr_finetune, ${stage}.lr_head`;
  return new Problem('engine', `Training diverged: ${where}. Lower the learning rate (${rates}) and start a new run.`);
}

/** A step's loss is computed before its update: weights that the last step of an epoch ruins show only here. */
export function requireFiniteParameters(stage: Stage, parameters: Parameters, epoch: number): void {
  for (const [name, { data }] of parameters)
    if (data.some((value) => !Number.isFinite(value)))
      throw diverged(stage, `after epoch ${epoch + 1} of ${stage} the weights ${name} are not numbers`);
}

/** Finite weights may still give scores beyond what floats hold. */
export function requireFiniteScores(stage: Stage, scores: Float32Array): void {
  if (scores.some((value) => !Number.isFinite(value)))
    throw diverged(stage, `the scores of the network of ${stage} are not numbers`);
}
