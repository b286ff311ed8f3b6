import type { Lowering } from '../lowering.ts';

/** Removes padding, [N, C'] to [N, C], because vectors are not padded. */
export function stripFeatures({ graph }: Lowering, vector: string, channels: number, padded: number): string {
  return channels === padded
    ? vector
    : graph.node('Slice', [vector, graph.ints([0]), graph.ints([channels]), graph.ints([1])]);
}

/** Pads [N, C] to [N, C'] with zeros. */
export function padFeatures({ graph }: Lowering, vector: string, channels: number, padded: number): string {
  return channels === padded ? vector : graph.node('Pad', [vector, graph.ints([0, 0, 0, padded - channels])]);
}
