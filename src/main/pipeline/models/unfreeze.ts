import type { NetworkConfig } from '../../../shared/config.ts';
import type { GraphNode, Model } from '../graph/graph.ts';

/**
 * The number of Keras layers that a node corresponds to. Keras has three layers for the normalization, pads before
 * strided convolutions, a reshape in squeeze-excite, and the activations of squeeze-excite inside its convolutions.
 */
function kerasLayers(node: GraphNode): number {
  if (node.op === 'normalize') return 3;
  if (node.name.endsWith('.excitation')) return 0;
  if ((node.op === 'conv2d' || node.op === 'depthwiseConv2d') && node.stride === 2) return 2;
  return 1;
}

const isTop = (node: GraphNode): boolean => node.block === 'top' || node.name === 'pooled';

/** Index of the first node of the classifier, which the head phase trains. */
export function headStart(model: Model): number {
  return model.nodes.findIndex(isTop);
}

/**
 * Index of the first trainable node when the top `fraction` of the backbone's layers is trained. Equals Keras's `for
 * layer in base.layers[:-n]: layer.trainable = False`, moved up to the next block boundary, because only there exactly
 * one tensor crosses from the frozen to the trained part.
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

/**
 * Index of the first node that fine-tuning trains. From scratch that is 0, because frozen random layers are useless.
 */
export const finetunedFrom = (config: Omit<Freezing, 'epochs_finetune'>, model: Model): number =>
  config.weights === null ? 0 : unfreezeFrom(model, config.unfreeze_fraction);

/**
 * Index of the first node that training has changed. The nodes before it are still the pretrained ones; the trained
 * nodes rely on their BatchNorm statistics, which must therefore not be re-estimated.
 */
export const trainedFrom = (config: Freezing, model: Model): number =>
  config.weights !== null && config.epochs_finetune === 0 ? headStart(model) : finetunedFrom(config, model);
