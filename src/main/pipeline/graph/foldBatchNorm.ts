import type { BatchNormNode, GraphNode, Model, Parameter, Parameters, Tensor } from './graph.ts';

/**
 * Folds each BatchNorm into the convolution before it: the kernel becomes kernel * gamma / sqrt(variance + epsilon) per
 * filter and the bias beta - mean * gamma / sqrt(variance + epsilon), computed in float64 and rounded once. In
 * inference mode the network computes the same. The convolution's tensor takes the BatchNorm's name.
 */
export function foldBatchNorm(model: Model, parameters: Parameters): { model: Model; parameters: Map<string, Tensor> } {
  const nodesByName = new Map(model.nodes.map((node) => [node.name, node]));
  const specs = new Map(model.parameters.map((parameter) => [parameter.name, parameter]));
  const folded = new Map<string, Tensor>(parameters);
  const nodes: GraphNode[] = [];
  for (const node of model.nodes) {
    if (node.op !== 'batchNorm') {
      nodes.push(node);
      continue;
    }
    const convolution = nodesByName.get(node.input);
    if (convolution?.op !== 'conv2d' && convolution?.op !== 'depthwiseConv2d')
      throw new Error(`${node.name}: BatchNorm can only be folded into a convolution`);
    const bias = `${convolution.name}.bias`;
    const scales = foldedScales(node, folded);
    folded.set(convolution.kernel, scaledKernel(folded.get(convolution.kernel)!, scales));
    folded.set(bias, foldedBias(node, folded, scales));
    specs.set(bias, { name: bias, role: 'bias', shape: node.shape.slice(-1) });
    for (const name of [node.gamma, node.beta, node.mean, node.variance]) {
      folded.delete(name);
      specs.delete(name);
    }
    const index = nodes.findIndex((candidate) => candidate.name === convolution.name);
    nodes[index] = { ...convolution, name: node.name, bias };
  }
  return { model: { ...model, nodes, parameters: inOrder(nodes, specs) }, parameters: folded };
}

function foldedScales(node: BatchNormNode, parameters: Parameters): Float64Array {
  const gamma = parameters.get(node.gamma)!.data;
  const variance = parameters.get(node.variance)!.data;
  return Float64Array.from(gamma, (value, channel) => value / Math.sqrt(variance[channel]! + node.epsilon));
}

function scaledKernel(kernel: Tensor, scales: Float64Array): Tensor {
  // The filter is the last axis of HWIO. The last axis of a depthwise [k, k, C, 1] has length 1, so i % channels works
  // too.
  const channels = scales.length;
  return { shape: kernel.shape, data: kernel.data.map((value, i) => value * scales[i % channels]!) };
}

function foldedBias(node: BatchNormNode, parameters: Parameters, scales: Float64Array): Tensor {
  const beta = parameters.get(node.beta)!.data;
  const mean = parameters.get(node.mean)!.data;
  return { shape: [beta.length], data: beta.map((value, channel) => value - mean[channel]! * scales[channel]!) };
}

function inOrder(nodes: readonly GraphNode[], specs: ReadonlyMap<string, Parameter>): Parameter[] {
  const names = nodes.flatMap((node) => {
    if (node.op === 'conv2d' || node.op === 'depthwiseConv2d')
      return node.bias === null ? [node.kernel] : [node.kernel, node.bias];
    return node.op === 'dense' ? [node.kernel, node.bias] : [];
  });
  return names.map((name) => specs.get(name)!);
}
