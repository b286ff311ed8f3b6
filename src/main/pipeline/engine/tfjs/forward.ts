import type { ActivationName, BatchNormNode, GraphNode, Model, WeightQuantization } from '../../graph/graph.ts';
import type { Range } from '../engine.ts';
import type { GradSaveFunc, Tensor, Tensor2D, Tensor4D, TensorFlow } from './tensorFlow.ts';

/** The parts of a forward pass besides its input. */
export interface ForwardContext {
  readonly tf: TensorFlow;
  readonly model: Model;
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** Index in model.nodes of the first node in training mode; model.nodes.length for inference. */
  readonly trainableFrom: number;
  /** Null turns dropout and dropPath into identities. */
  readonly masks: ReadonlyMap<string, Float32Array> | null;
  readonly fakeQuantRanges: ReadonlyMap<string, Range>;
}

export interface ForwardResult {
  readonly values: ReadonlyMap<string, Tensor>;
  /** Mean and population variance of each BatchNorm in training mode, by parameter name. */
  readonly statistics: ReadonlyMap<string, Tensor>;
}

/** Runs the model on its input (see inputTensor) in TensorFlow.js's own ops, NHWC. */
export function forward(context: ForwardContext, input: Tensor): ForwardResult {
  const values = new Map<string, Tensor>();
  const statistics = new Map<string, Tensor>();
  context.model.nodes.forEach((node, index) =>
    values.set(node.name, evaluate(context, node, index >= context.trainableFrom, input, values, statistics)),
  );
  return { values, statistics };
}

function evaluate(
  context: ForwardContext,
  node: GraphNode,
  training: boolean,
  input: Tensor,
  values: ReadonlyMap<string, Tensor>,
  statistics: Map<string, Tensor>,
): Tensor {
  const value = (name: string): Tensor => values.get(name)!;
  const parameter = (name: string): Tensor => context.parameters.get(name)!;
  const biased = (x: Tensor, bias: string | null): Tensor => (bias === null ? x : tf.add(x, parameter(bias)));
  const { tf } = context;
  switch (node.op) {
    case 'input':
      return input;
    case 'normalize':
      return tf.div(tf.sub(value(node.input), tf.tensor1d([...node.mean])), tf.tensor1d([...node.std]));
    case 'conv2d':
      return biased(
        tf.conv2d(
          value(node.input) as Tensor4D,
          kernelOf(tf, parameter(node.kernel), node.weightQuantization, 'filters') as Tensor4D,
          node.stride,
          'same',
        ),
        node.bias,
      );
    case 'depthwiseConv2d':
      return biased(
        tf.depthwiseConv2d(
          value(node.input) as Tensor4D,
          kernelOf(tf, parameter(node.kernel), node.weightQuantization, 'channels') as Tensor4D,
          node.stride,
          'same',
        ),
        node.bias,
      );
    case 'dense':
      return tf.add(
        tf.matMul(
          value(node.input) as Tensor2D,
          kernelOf(tf, parameter(node.kernel), node.weightQuantization, 'filters') as Tensor2D,
        ),
        parameter(node.bias),
      );
    case 'batchNorm':
      return batchNorm(tf, node, value(node.input), parameter, training, statistics);
    case 'activation':
      return activation(tf, node.activation, value(node.input));
    case 'add':
      return tf.add(value(node.inputs[0]), value(node.inputs[1]));
    case 'scaleChannels':
      return tf.mul(value(node.input), value(node.factors));
    case 'globalAveragePool':
      return tf.mean(value(node.input), [1, 2], node.keepDims);
    case 'dropout':
    case 'dropPath': {
      const x = value(node.input);
      const mask = training ? context.masks?.get(node.name) : undefined;
      if (mask === undefined) return x;
      const batch = x.shape[0];
      return tf.mul(
        x,
        node.op === 'dropout'
          ? tf.tensor2d(mask, [batch, mask.length / batch])
          : tf.tensor(mask, [batch, ...x.shape.slice(1).map(() => 1)]),
      );
    }
    case 'fakeQuant':
      return fakeQuant(
        tf,
        value(node.input),
        node.range ?? context.fakeQuantRanges.get(node.name)!,
        node.name === context.model.logits,
      );
  }
}

function batchNorm(
  tf: TensorFlow,
  node: BatchNormNode,
  x: Tensor,
  parameter: (name: string) => Tensor,
  training: boolean,
  statistics: Map<string, Tensor>,
): Tensor {
  let mean = parameter(node.mean);
  let variance = parameter(node.variance);
  if (training) {
    const moments = tf.moments(
      x,
      x.shape.slice(0, -1).map((_, axis) => axis),
    );
    ({ mean, variance } = moments);
    statistics.set(node.mean, mean).set(node.variance, variance);
  }
  const scale = tf.div(parameter(node.gamma), tf.sqrt(tf.add(variance, node.epsilon)));
  return tf.add(tf.mul(tf.sub(x, mean), scale), parameter(node.beta));
}

function activation(tf: TensorFlow, name: ActivationName, x: Tensor): Tensor {
  if (name === 'relu') return tf.relu(x);
  if (name === 'relu6') return tf.relu6(x);
  return name === 'sigmoid' ? tf.sigmoid(x) : tf.mul(x, tf.sigmoid(x));
}

/** The kernel rounded to symmetric int8, with a straight-through gradient. */
function kernelOf(
  tf: TensorFlow,
  kernel: Tensor,
  quantization: WeightQuantization,
  along: 'filters' | 'channels',
): Tensor {
  if (quantization === null) return kernel;
  // Filters are the last axis of HWIO; channels are the third axis of [k, k, C, 1].
  const kept = along === 'filters' ? kernel.rank - 1 : 2;
  const axes = kernel.shape.map((_, axis) => axis).filter((axis) => quantization === 'perTensor' || axis !== kept);
  return tf.customGrad((x) => {
    const t = x as Tensor;
    const scale = tf.div(tf.maximum(tf.max(tf.abs(t), axes, true), 1e-6), 127);
    return { value: tf.mul(tf.round(tf.div(t, scale)), scale), gradFunc: (dy: Tensor) => dy };
  })(kernel);
}

/**
 * Rounds to affine int8 on [min, max], widened to include 0. Values out of range get no gradient, except at the logits.
 */
function fakeQuant(tf: TensorFlow, x: Tensor, [min, max]: Range, passesAll: boolean): Tensor {
  const [low, high] = [Math.min(0, min), Math.max(0, max)];
  const scale = Math.max(Math.fround((high - low) / 255), 1e-9);
  const zeroPoint = Math.min(255, Math.max(0, Math.round(-low / scale)));
  return tf.customGrad((input, save) => {
    const t = input as Tensor;
    const codes = tf.clipByValue(tf.add(tf.round(tf.div(t, scale)), zeroPoint), 0, 255);
    const inside = tf.cast(
      tf.logicalAnd(tf.greaterEqual(t, -zeroPoint * scale), tf.lessEqual(t, (255 - zeroPoint) * scale)),
      'float32',
    );
    (save as GradSaveFunc)([inside]);
    return {
      value: tf.mul(tf.sub(codes, zeroPoint), scale),
      gradFunc: (dy: Tensor, [kept]: Tensor[]) => (passesAll ? dy : tf.mul(dy, kept!)),
    };
  })(x);
}
