import type { Confusion } from '../../shared/metrics/metrics.ts';

export const f1 = ({ tp, fp, fn }: Confusion): number => (tp === 0 ? 0 : (2 * tp) / (2 * tp + fp + fn));
export const precision = ({ tp, fp }: Confusion): number => (tp + fp === 0 ? NaN : tp / (tp + fp));
export const recall = ({ tp, fn }: Confusion): number => (tp + fn === 0 ? NaN : tp / (tp + fn));
