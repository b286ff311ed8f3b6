import type { ActivationNode } from '../../../graph/graph.ts';
import { float } from '../onnxModel.ts';
import type { ReluName } from '../layout.ts';
import type { Lowering } from '../lowering.ts';
import { reluGradient } from './reluGradient.ts';

/** ReLU and ReLU6 that were not fused, swish = x * sigmoid(x), and sigmoid. */
export function lowerActivation(lowering: Lowering, node: ActivationNode): void {
  switch (node.activation) {
    case 'relu':
    case 'relu6':
      return lowerRelu(lowering, node, node.activation);
    case 'swish':
      return lowerSwish(lowering, node);
    case 'sigmoid':
      return lowerSigmoid(lowering, node);
  }
}

function lowerRelu(lowering: Lowering, node: ActivationNode, relu: ReluName): void {
  const { graph } = lowering;
  if (lowering.kindOf(node.name) !== 'map') throw new Error(`${node.name}: ${relu} is supported on maps only`);
  const x = lowering.value(node.input).tensor;
  const y = relu === 'relu' ? graph.node('Relu', [x]) : graph.node('Clip', [x, graph.scalar(0), graph.scalar(6)]);
  lowering.define(node, y, (dy) => {
    lowering.contribute(node.input, {
      kind: 'tensor',
      tensor: reluGradient(lowering, relu, y, dy, lowering.dims(node)),
    });
  });
}

function lowerSwish(lowering: Lowering, node: ActivationNode): void {
  const { graph } = lowering;
  const x = lowering.value(node.input).tensor;
  const y = graph.node('QuickGelu', [x], { alpha: float(1) }, 'com.microsoft');
  lowering.define(node, y, (dy) => {
    // The gradient is dy * (y + s * (1 - y)) with s = sigmoid(x).
    const s = graph.node('Sigmoid', [x]);
    const slope = graph.node('Add', [y, graph.node('Mul', [s, graph.node('Sub', [graph.scalar(1), y])])]);
    lowering.contribute(node.input, { kind: 'tensor', tensor: graph.node('Mul', [dy, slope]) });
  });
}

function lowerSigmoid(lowering: Lowering, node: ActivationNode): void {
  const { graph } = lowering;
  const y = graph.node('Sigmoid', [lowering.value(node.input).tensor]);
  lowering.define(node, y, (dy) => {
    const slope = graph.node('Mul', [y, graph.node('Sub', [graph.scalar(1), y])]);
    lowering.contribute(node.input, { kind: 'tensor', tensor: graph.node('Mul', [dy, slope]) });
  });
}
