import type { NetworkConfig } from '../../../shared/config.ts';
import type { GraphNode, Model } from '../graph/graph.ts';

/**
 * How many layers of Keras's list a node stands for: Keras has three layers for the normalization, pads before strided
 * convolutions, a reshape in squeeze-excite, and puts activations of the squeeze-excite into its convolutions.
 */
function kerasLayers(node: GraphNode): number {
  if (node.op === 'normalize') return 3;
  if (node.name.endsWith('.excitation')) return 0;
  if ((node.op === 'conv2d' || node.op === 'depthwiseConv2d') && node.stride === 2) return 2;
  return 1;
}

const isTop = (node: GraphNode): boolean => node.block === 'top' || node.name === 'pooled';

/** Index of the first node of the classifier: what phase A trains. */
export function headStart(model: Model): number {
  return model.nodes.findIndex(isTop);
}

/**
 * Index of the first trainable node when the top `fraction` of the backbone's layers is trained: Keras's
 * `for layer in base.layers[:-n]: layer.trainable = False`, moved up to the next block boundary, since only there a single
 * tensor crosses the cut.
 */
export function unfreezeFrom(model: Model, fraction: number): number {
  if (fraction >= 1) return 0;
  const backbone = model.nodes.slice(0, headStart(model));
  const total = backbone.reduce((sum, node) => sum + kerasLayers(node), 0);
  const frozen = total - Math.floor(total * fraction);
  let seen = 0;
  for (const [index, node] of backbone.entries()) {
    const startsBlock = index > 0 && backbone[index - 1]!.block !== node.block;
    if (startsBlock && seen >= frozen) return index;
    seen += kerasLayers(node);
  }
  return headStart(model);
}

type Freezing = Pick<NetworkConfig, 'weights' | 'epochs_finetune' | 'unfreeze_fraction'>;

/** Index of the first node that phase B trains. From scratch that is everything: a frozen random layer learns nothing. */
export const finetunedFrom = (config: Omit<Freezing, 'epochs_finetune'>, model: Model): number =>
  config.weights === null ? 0 : unfreezeFrom(model, config.unfreeze_fraction);

/**
 * Index of the first node that a finished network's training has changed. The nodes before it are the pretrained ones:
 * all that was trained relies on their BatchNorm statistics, so nothing may re-estimate those.
 */
export const trainedFrom = (config: Freezing, model: Model): number =>
  config.weights !== null && config.epochs_finetune === 0 ? headStart(model) : finetunedFrom(config, model);
