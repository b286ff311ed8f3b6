import type { Loader } from '../../data/loader.ts';
import type { Model, Normalization, Parameters, Tensor } from '../../graph/graph.ts';
import { familyOf } from '../../models/registry.ts';
import { initialParameters } from '../../models/initialParameters.ts';
import { fitNormalization } from '../../models/weights/normalization.ts';
import type { ContinuedHead } from '../../models/weights/ownFile.ts';
import { continuedHead } from '../../models/weights/ownFile.ts';
import { readWeights } from '../../models/weights/readWeights.ts';
import { unfoldBatchNorm } from '../../train/unfoldBatchNorm.ts';
import type { NetworkStage } from './model.ts';
import { networkModel } from './model.ts';
import type { StartRoom } from '../runContext.ts';
import { note, split } from '../runContext.ts';

export interface Start {
  readonly model: Model;
  readonly parameters: Parameters;
  /** What the model normalizes by; null: its family's own. */
  readonly normalization: Normalization | null;
  /** All parameters are drawn. */
  readonly scratch: boolean;
}

/** What a network begins with: drawn parameters, or a pretrained backbone under a classifier that keeps what it knows of these labels. */
export async function startOf(
  room: StartRoom,
  stage: NetworkStage,
  images: { readonly loader: Loader; readonly sizeIndex: number },
): Promise<Start> {
  const { weights, weights_normalization: chosen, architecture } = room.config[stage];
  const model = networkModel(room, stage);
  const fresh = withLabelPrior(room, model, initialParameters(model, room.config.seed));
  if (weights === null) return { model, parameters: fresh, normalization: null, scratch: true };
  const { source, tensors, head, folded, normalization: stated } = await readWeights(weights, model);
  const fitted = fitNormalization(tensors, familyOf(architecture), stated, chosen);
  const continued =
    head === null
      ? null
      : continuedHead(room.dataset.vocabulary, head, {
          kernel: fresh.get('classifier.kernel')!,
          bias: fresh.get('classifier.bias')!,
        });
  note(room, stage, `Starts from ${weights}: ${source}.`);
  for (const message of [
    ...(continued === null ? [] : describeHead(continued)),
    ...(fitted.note === null ? [] : [fitted.note]),
  ])
    note(room, stage, message);
  const parameters = new Map([
    ...fresh,
    ...fitted.tensors,
    ...(continued === null
      ? []
      : ([
          ['classifier.kernel', continued.kernel],
          ['classifier.bias', continued.bias],
        ] as const)),
  ]);
  const normalized = networkModel(room, stage, fitted.normalization);
  if (!folded) return { model: normalized, parameters, normalization: fitted.normalization, scratch: false };
  const statistics = {
    engine: room.engine,
    ...images,
    samples: split(room, 'train'),
    batchSize: room.config[stage].batch_size,
    seed: room.config.seed,
  };
  return {
    model: normalized,
    parameters: await unfoldBatchNorm(statistics, normalized, parameters),
    normalization: fitted.normalization,
    scratch: false,
  };
}

/** At most so many labels are named; the others are counted. */
const NAMED = 10;
const list = (labels: readonly string[]): string =>
  labels.length <= NAMED ? labels.join(', ') : `${labels.slice(0, NAMED).join(', ')} and ${labels.length - NAMED} more`;

function describeHead({ kept, added, dropped }: ContinuedHead): string[] {
  if (added.length === 0 && dropped.length === 0) return ['Its labels are the same: the classifier is kept whole.'];
  return [
    kept.length === 0
      ? 'No label is one of its own: the classifier begins anew.'
      : `Labels that keep what it learned of them (${kept.length}): ${list(kept)}.`,
    ...(added.length === 0 ? [] : [`New labels, which begin with drawn weights (${added.length}): ${list(added)}.`]),
    ...(dropped.length === 0 ? [] : [`Labels that it had and this run has not (${dropped.length}): ${list(dropped)}.`]),
  ];
}

/**
 * Starts the classifier's bias at each class's log odds in train, so that the first steps are not spent on learning that
 * most labels are absent (Lin et al. 2017, arXiv 1708.02002, section 4.1).
 */
function withLabelPrior(room: StartRoom, model: Model, parameters: Map<string, Tensor>): Map<string, Tensor> {
  const bias = model.parameters.findLast((parameter) => parameter.role === 'bias')!;
  const train = split(room, 'train');
  const prior = Float32Array.from({ length: model.classes }, (_, c) => {
    const positives = train.filter((sample) => sample.labels[c] === 1).length;
    const negatives = train.filter((sample) => sample.labels[c] === 0).length;
    return Math.log((positives + 1) / (negatives + 1));
  });
  return parameters.set(bias.name, { shape: bias.shape, data: prior });
}
