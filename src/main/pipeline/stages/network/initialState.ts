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
import type { StartContext } from '../runContext.ts';
import { note, split } from '../runContext.ts';
import type { Message } from '../../../../shared/message.ts';
import { message } from '../../../../shared/message.ts';
import { shortList } from '../../../../shared/shortList.ts';

export interface Start {
  readonly model: Model;
  readonly parameters: Parameters;
  /** The normalization of the pretrained weights; null means the family's default. */
  readonly normalization: Normalization | null;
  /** True when no pretrained weights are used, so that all parameters are random. */
  readonly scratch: boolean;
}

/**
 * The parameters a network starts from: random ones, or a pretrained backbone with a classifier that keeps what it
 * learned about labels of the same name.
 */
export async function startOf(
  context: StartContext,
  stage: NetworkStage,
  images: { readonly loader: Loader; readonly sizeIndex: number },
): Promise<Start> {
  const { weights, weights_normalization: chosen, architecture } = context.config[stage];
  const model = networkModel(context, stage);
  const drawn = (given?: ReadonlyMap<string, Tensor>): Map<string, Tensor> =>
    withLabelPrior(context, model, initialParameters(model, context.config.seed, given));
  if (weights === null) return { model, parameters: drawn(), normalization: null, scratch: true };
  const { source, tensors, head, folded, normalization: stated } = await readWeights(weights, model);
  const fitted = fitNormalization(tensors, familyOf(architecture), stated, chosen);
  const fresh = drawn(fitted.tensors);
  const continued =
    head === null
      ? null
      : continuedHead(context.dataset.vocabulary, head, {
          kernel: fresh.get('classifier.kernel')!,
          bias: fresh.get('classifier.bias')!,
        });
  const network = message(stage === 'teacher' ? 'network.teacher' : 'network.student');
  note(context, stage, message('training.startsFrom', { network, weights, source }));
  for (const text of [
    ...(continued === null ? [] : describeHead(continued)),
    ...(fitted.note === null ? [] : [fitted.note]),
  ])
    note(context, stage, text);
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
  const normalized = networkModel(context, stage, fitted.normalization);
  if (!folded) return { model: normalized, parameters, normalization: fitted.normalization, scratch: false };
  const statistics = {
    engine: context.engine,
    ...images,
    samples: split(context, 'train'),
    batchSize: context.config[stage].batch_size,
    seed: context.config.seed,
  };
  return {
    model: normalized,
    parameters: await unfoldBatchNorm(statistics, normalized, parameters),
    normalization: fitted.normalization,
    scratch: false,
  };
}

function describeHead({ kept, added, dropped }: ContinuedHead): Message[] {
  if (added.length === 0 && dropped.length === 0) return [message('training.sameLabels')];
  const listed = (labels: readonly string[]) => ({ count: labels.length, labels: shortList(labels) });
  return [
    kept.length === 0 ? message('training.noSharedLabels') : message('training.labelsKept', listed(kept)),
    ...(added.length === 0 ? [] : [message('training.labelsAdded', listed(added))]),
    ...(dropped.length === 0 ? [] : [message('training.labelsDropped', listed(dropped))]),
  ];
}

/**
 * Initializes the classifier's bias with each class's log odds in train, so that the first steps are not spent on
 * learning that most labels are absent (Lin et al. 2017, arXiv 1708.02002, section 4.1).
 */
function withLabelPrior(context: StartContext, model: Model, parameters: Map<string, Tensor>): Map<string, Tensor> {
  const bias = model.parameters.findLast((parameter) => parameter.role === 'bias')!;
  const train = split(context, 'train');
  const prior = Float32Array.from({ length: model.classes }, (_, c) => {
    const positives = train.filter((sample) => sample.labels[c] === 1).length;
    const negatives = train.filter((sample) => sample.labels[c] === 0).length;
    return Math.log((positives + 1) / (negatives + 1));
  });
  return parameters.set(bias.name, { shape: bias.shape, data: prior });
}
