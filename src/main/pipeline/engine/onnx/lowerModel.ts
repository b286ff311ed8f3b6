import type { GraphNode } from '../../graph/graph.ts';
import type { LoweringRequest } from './lowering.ts';
import { Lowering } from './lowering.ts';
import { lowerActivation } from './ops/activation.ts';
import { lowerAdd } from './ops/add.ts';
import { lowerBatchNorm } from './ops/batchNorm.ts';
import { lowerConv2d } from './ops/conv2d.ts';
import { lowerDepthwiseConv2d } from './ops/depthwiseConv2d.ts';
import { bindTrackedQuantizations, lowerFakeQuant } from './ops/fakeQuant.ts';
import { lowerGlobalAveragePool } from './ops/globalAveragePool.ts';
import { lowerInput, lowerNormalize } from './ops/input.ts';
import { lowerDropout, lowerDropPath } from './ops/masks.ts';
import { lowerMatrixProduct } from './ops/matrixProduct.ts';
import { lowerScaleChannels } from './ops/scaleChannels.ts';

function lowerNode(lowering: Lowering, node: GraphNode): void {
  switch (node.op) {
    case 'input':
      return lowerInput(lowering, node);
    case 'normalize':
      return lowerNormalize(lowering, node);
    case 'conv2d':
      return lowerConv2d(lowering, node);
    case 'depthwiseConv2d':
      return lowerDepthwiseConv2d(lowering, node);
    case 'batchNorm':
      return lowerBatchNorm(lowering, node);
    case 'activation':
      return lowerActivation(lowering, node);
    case 'add':
      return lowerAdd(lowering, node);
    case 'scaleChannels':
      return lowerScaleChannels(lowering, node);
    case 'globalAveragePool':
      return lowerGlobalAveragePool(lowering, node);
    case 'dense':
      return lowerMatrixProduct(lowering, node);
    case 'dropout':
      return lowerDropout(lowering, node);
    case 'dropPath':
      return lowerDropPath(lowering, node);
    case 'fakeQuant':
      return lowerFakeQuant(lowering, node);
  }
}

/** Lowers the model's forward pass. `bind` first binds the trainable parameters to graph inputs. */
export function lowerModel(request: LoweringRequest, bind: (lowering: Lowering) => void = () => undefined): Lowering {
  const lowering = new Lowering(request);
  bind(lowering);
  lowering.bindTrackedQuantizations(bindTrackedQuantizations(lowering));
  for (const node of request.model.nodes) {
    if (!lowering.isDone(node)) lowerNode(lowering, node);
  }
  return lowering;
}
