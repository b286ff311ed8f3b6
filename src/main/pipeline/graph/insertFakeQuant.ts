import type { GraphNode, Model, Shape } from './graph.ts';

const RELU6_RANGE = [0, 6] as const;

/**
 * Inserts one fake-quant after each tensor that the .tflite file will have, and marks kernels as quantized: per channel
 * for convolutions, per tensor for the dense head (a FULLY_CONNECTED). Expects a folded graph. The input needs no
 * fake-quant, because pixels are already integers. A convolution and the ReLU or ReLU6 after it are one .tflite tensor:
 * ReLU6 is quantized on [0, 6], ReLU on a tracked range.
 */
export function insertFakeQuant(model: Model): Model {
  const names = new Map<string, string>();
  const renamed = (name: string): string => names.get(name) ?? name;
  const nodes: GraphNode[] = [];
  const quantize = (
    name: string,
    node: { shape: Shape; block: string },
    range: readonly [number, number] | null,
  ): void => {
    const quantized = `${name}.quant`;
    nodes.push({ op: 'fakeQuant', name: quantized, input: name, range, shape: node.shape, block: node.block });
    names.set(name, quantized);
  };
  const feedsRelu = (name: string): boolean =>
    model.nodes.some((node) => node.op === 'activation' && node.input === name);
  for (const node of model.nodes) {
    switch (node.op) {
      case 'input':
      case 'normalize':
        nodes.push(node);
        break;
      case 'conv2d':
      case 'depthwiseConv2d':
        nodes.push({ ...node, input: renamed(node.input), weightQuantization: 'perChannel' });
        if (!feedsRelu(node.name)) quantize(node.name, node, null);
        break;
      case 'activation':
        if (node.activation !== 'relu6' && node.activation !== 'relu')
          throw new Error(`${node.name}: only networks of ReLU and ReLU6 can be quantized, not of ${node.activation}`);
        nodes.push({ ...node, input: renamed(node.input) });
        quantize(node.name, node, node.activation === 'relu6' ? RELU6_RANGE : null);
        break;
      case 'add':
        nodes.push({ ...node, inputs: [renamed(node.inputs[0]), renamed(node.inputs[1])] });
        quantize(node.name, node, null);
        break;
      case 'globalAveragePool':
        nodes.push({ ...node, input: renamed(node.input) });
        quantize(node.name, node, null);
        break;
      case 'dense':
        nodes.push({ ...node, input: renamed(node.input), weightQuantization: 'perTensor' });
        quantize(node.name, node, null);
        break;
      case 'dropout':
      case 'dropPath':
        // The integer model has no dropout, and quantization-aware training uses none either.
        names.set(node.name, renamed(node.input));
        break;
      default:
        throw new Error(`${node.name}: a ${node.op} cannot be quantized`);
    }
  }
  return { ...model, nodes, logits: nodes.at(-1)!.name };
}

/** The same graph in float, in which readers of a fake-quant read its input instead. */
export function withoutFakeQuant(model: Model): Model {
  const inputs = new Map(
    model.nodes.flatMap((node) => (node.op === 'fakeQuant' ? [[node.name, node.input] as const] : [])),
  );
  const source = (name: string): string => inputs.get(name) ?? name;
  const nodes = model.nodes
    .filter((node) => node.op !== 'fakeQuant')
    .map((node): GraphNode => {
      if (node.op === 'input') return node;
      if (node.op === 'add') return { ...node, inputs: [source(node.inputs[0]), source(node.inputs[1])] };
      if (node.op === 'scaleChannels') return { ...node, input: source(node.input), factors: source(node.factors) };
      const plain = { ...node, input: source(node.input) };
      return 'weightQuantization' in plain ? { ...plain, weightQuantization: null } : plain;
    });
  return { ...model, nodes, logits: source(model.logits) };
}
