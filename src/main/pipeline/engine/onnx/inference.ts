import type { Parameters } from '../../graph/graph.ts';
import { sizeOf } from '../../graph/graph.ts';
import type { InferenceRequest, InferenceResult, InferenceSession } from '../engine.ts';
import type { Layout } from './layout.ts';
import type { Lowering } from './lowering.ts';
import { lowerModel } from './lowerModel.ts';
import { pack } from './packing.ts';
import { FAKE_QUANT_INPUTS, fakeQuantFeeds, rangeOf, trackedNodes } from './ops/fakeQuant.ts';
import { inputFeed } from './ops/input.ts';
import type { Runtime, Tensors } from './session.ts';
import { createOrtSession, Tensor } from './session.ts';

const RESULT = 'result',
  RANGES = 'ranges';
const outputName = (name: string): string => `output/${name}`;

/** The named tensor as float32 [N, H, W, C] or [N, C], without padding. */
function neutralTensor(lowering: Lowering, name: string): string {
  const { graph, layout } = lowering;
  const { kind, tensor, shape } = lowering.value(name);
  if (kind === 'pixels') return graph.node('Cast', [tensor], { to: 1 });
  if (kind === 'image') return graph.transpose(tensor, [0, 2, 3, 1]);
  if (kind === 'vector') return tensor;
  const last = layout.toChannelsLast(graph, tensor, lowering.dims({ shape }));
  return graph.node('Slice', [last, graph.ints([0]), graph.ints([shape[2]!]), graph.ints([3])]);
}

/** Forward passes with BatchNorm folded into the convolutions. */
export async function createOnnxInference(
  request: InferenceRequest,
  layout: Layout,
  runtime: Runtime,
): Promise<InferenceSession> {
  const { model, batchSize, outputs, ranges = [] } = request;
  const lowering = lowerModel({
    model,
    parameters: request.parameters,
    batchSize,
    trainableFrom: model.nodes.length,
    layout,
    masks: false,
    kept: new Set([...outputs, ...ranges]),
    replaceable: request.replaceable ?? false,
  });
  const { graph } = lowering;
  // All outputs form one vector, so that a device is read once per batch.
  const pieces: { readonly name: string; readonly tensor: string; readonly size: number }[] = [];
  const addOutput = (name: string, tensor: string, size: number): void => {
    pieces.push({ name, size, tensor: graph.reshape(tensor, [size]) });
  };
  for (const name of new Set(outputs)) {
    const { kind, shape } = lowering.value(name);
    addOutput(
      outputName(name),
      neutralTensor(lowering, name),
      batchSize * (kind === 'vector' ? shape.at(-1)! : sizeOf(shape)),
    );
  }
  if (ranges.length > 0)
    addOutput(
      RANGES,
      graph.node(
        'Concat',
        ranges.flatMap((name) => [...rangeOf(lowering, name)]),
        { axis: 0 },
      ),
      2 * ranges.length,
    );
  const size = pieces.reduce((sum, piece) => sum + piece.size, 0);
  graph.output(
    RESULT,
    pieces.length === 1
      ? pieces[0]!.tensor
      : graph.node(
          'Concat',
          pieces.map(({ tensor }) => tensor),
          { axis: 0 },
        ),
    'float32',
    [size],
  );
  const session = await createOrtSession(graph.build(), { ...runtime, optimization: 'all' });
  const tracked = trackedFeeds(request);
  let frozen = frozenFeeds(lowering, request.parameters);
  return {
    run: async (input): Promise<InferenceResult> => {
      const results = await session.run(
        { ...tracked, ...frozen, ...inputFeed(model, batchSize, input) },
        { [RESULT]: null },
      );
      const values = piecesOf(results[RESULT]!.data as Float32Array, pieces);
      const extremes = values.get(RANGES);
      return {
        outputs: new Map(outputs.map((name) => [name, values.get(outputName(name))!])),
        ranges: new Map(ranges.map((name, i) => [name, [extremes![2 * i]!, extremes![2 * i + 1]!]])),
      };
    },
    load: (parameters) => {
      if (request.replaceable !== true) throw new Error('the parameters of this session are constant');
      frozen = frozenFeeds(lowering, parameters);
    },
    dispose: () => session.dispose(),
  };
}

const frozenFeeds = ({ replaceableInputs }: Lowering, parameters: Parameters): Tensors =>
  Object.fromEntries(
    replaceableInputs.map(({ name, packing, valuesOf }) => [
      name,
      new Tensor('float32', pack(packing, valuesOf(parameters)), packing.shape),
    ]),
  );

function piecesOf(
  whole: Float32Array,
  pieces: readonly { readonly name: string; readonly size: number }[],
): Map<string, Float32Array> {
  let offset = 0;
  return new Map(pieces.map(({ name, size }) => [name, whole.slice(offset, (offset += size))]));
}

function trackedFeeds({ model, fakeQuantRanges }: InferenceRequest): Tensors {
  const tracked = trackedNodes(model.nodes);
  if (tracked.length === 0) return {};
  const { scales, zeroPoints } = fakeQuantFeeds(tracked, fakeQuantRanges);
  return {
    [FAKE_QUANT_INPUTS.scales]: new Tensor('float32', scales, [scales.length]),
    [FAKE_QUANT_INPUTS.zeroPoints]: new Tensor('uint8', zeroPoints, [zeroPoints.length]),
  };
}
