import type { Stage } from '../../../shared/events.ts';
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Parameters } from '../graph/graph.ts';

/** `epoch` and `step` count from 0. */
export const divergedLoss = (stage: Stage, epoch: number, step: number): Problem =>
  new Problem('engine.divergedLoss', { ...remedy(stage), epoch: epoch + 1, step: step + 1 });

/**
 * A step's loss is computed before its update, so weights that the last step of an epoch ruins are only found by
 * looking at the weights themselves.
 */
export function requireFiniteParameters(stage: Stage, parameters: Parameters, epoch: number): void {
  for (const [weights, { data }] of parameters)
    if (!allFinite(data)) throw new Problem('engine.divergedWeights', { ...remedy(stage), epoch: epoch + 1, weights });
}

/** A loop, because a call per value would take as long as a batch. */
function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

/** Even finite weights can give scores beyond what float32 holds. */
export function requireFiniteScores(stage: Stage, scores: Float32Array): void {
  if (scores.some((value) => !Number.isFinite(value))) throw new Problem('engine.divergedScores', remedy(stage));
}

/** The network that diverged and the learning rates to lower. */
function remedy(stage: Stage): { network: Message; settings: readonly string[] } {
  if (stage === 'qat') return { network: message('network.quantizedStudent'), settings: ['qat.lr'] };
  return {
    network: message(stage === 'teacher' ? 'network.teacher' : 'network.student'),
    settings: [`${stage}.lr_finetune`, `${stage}.lr_head`],
  };
}
