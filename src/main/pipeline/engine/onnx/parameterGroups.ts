import type { Parameter, Parameters, Tensor } from '../../graph/graph.ts';
import { decays, isStatistic, sizeOf } from '../../graph/graph.ts';
import type { Layout } from './layout.ts';
import type { OnnxGraph } from './onnxModel.ts';
import type { Packing } from './packing.ts';
import { pack, unpack } from './packing.ts';

/** Packed parameters concatenated into one vector, so that the optimizer is few nodes over long vectors. */
export interface ParameterGroup {
  /** Prefix of the group's names in the graph. */
  readonly name: string;
  /** True when weight decay applies, which is true for kernels. */
  readonly decays: boolean;
  /** Factor on the learning rate of all its parameters. */
  readonly learningRateScale: number;
  readonly size: number;
  readonly entries: readonly { readonly packing: Packing; readonly offset: number }[];
}

/** A group has about 1 MB, so that the optimizer's intermediate vectors stay in the cache. */
const GROUP_VALUES = 1 << 18;

function groupOf(name: string, packings: readonly Packing[], learningRateScale = 1): ParameterGroup {
  let size = 0;
  const entries = packings.map((packing) => {
    const entry = { packing, offset: size };
    size += sizeOf(packing.shape);
    return entry;
  });
  return {
    name,
    decays: packings[0] !== undefined && decays(packings[0].parameter.role),
    learningRateScale,
    size,
    entries,
  };
}

/** Groups the trained parameters by learning rate, with kernels separate from norms and biases. */
export function trainedGroups(
  parameters: readonly Parameter[],
  packings: ReadonlyMap<string, Packing>,
  scales: ReadonlyMap<string, number> = new Map(),
): ParameterGroup[] {
  const scaleOf = ({ parameter: { name } }: Packing): number => scales.get(name) ?? 1;
  const packed = parameters.filter(({ role }) => !isStatistic(role)).map(({ name }) => packings.get(name)!);
  const groups: ParameterGroup[] = [];
  for (const scale of new Set(packed.map(scaleOf))) {
    const alike = packed.filter((packing) => scaleOf(packing) === scale);
    const others = alike.filter(({ parameter: { role } }) => !decays(role));
    if (others.length > 0) groups.push(groupOf(`others${groups.length}`, others, scale));
    let open: Packing[] = [];
    const close = (): void => {
      if (open.length > 0) groups.push(groupOf(`kernels${groups.length}`, open, scale));
      open = [];
    };
    for (const packing of alike.filter(({ parameter: { role } }) => decays(role))) {
      open.push(packing);
      if (open.reduce((sum, { shape }) => sum + sizeOf(shape), 0) >= GROUP_VALUES) close();
    }
    close();
  }
  return groups;
}

export function statisticsGroup(
  parameters: readonly Parameter[],
  packings: ReadonlyMap<string, Packing>,
): ParameterGroup {
  return groupOf(
    'statistics',
    parameters.filter(({ role }) => isStatistic(role)).map(({ name }) => packings.get(name)!),
  );
}

/** The group's vector from tensors in neutral layout; zeros if `parameters` is undefined. */
export function packGroup(group: ParameterGroup, parameters: Parameters | undefined): Float32Array {
  const vector = new Float32Array(group.size);
  if (parameters === undefined) return vector;
  for (const { packing, offset } of group.entries) {
    const tensor = parameters.get(packing.parameter.name);
    if (tensor === undefined) throw new Error(`parameter '${packing.parameter.name}' is missing`);
    pack(packing, tensor.data, vector, offset);
  }
  return vector;
}

export function unpackGroup(group: ParameterGroup, vector: Float32Array, into: Map<string, Tensor>): void {
  for (const { packing, offset } of group.entries) into.set(packing.parameter.name, unpack(packing, vector, offset));
}

/** Splits the group's vector into its parameters' tensors. */
export function splitGroup(
  { graph, layout }: { readonly graph: OnnxGraph; readonly layout: Layout },
  group: ParameterGroup,
  vector: string,
): Map<string, string> {
  const { entries } = group;
  const sizes = entries.map(({ packing }) => sizeOf(packing.shape));
  const pieces = entries.length === 1 ? [vector] : layout.split(graph, vector, sizes);
  return new Map(entries.map(({ packing }, i) => [packing.parameter.name, graph.reshape(pieces[i]!, packing.shape)]));
}

/** The reverse of splitGroup. */
export function joinGroup(graph: OnnxGraph, group: ParameterGroup, tensors: ReadonlyMap<string, string>): string {
  const pieces = group.entries.map(({ packing }) => {
    const tensor = tensors.get(packing.parameter.name);
    if (tensor === undefined) throw new Error(`nothing was computed for parameter '${packing.parameter.name}'`);
    return graph.reshape(tensor, [sizeOf(packing.shape)]);
  });
  return pieces.length === 1 ? pieces[0]! : graph.node('Concat', pieces, { axis: 0 });
}
