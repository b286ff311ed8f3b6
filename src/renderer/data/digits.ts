/** One per digit key. */
export const DIGITS = 9;

/**
 * The labels on the digit keys while an image has the focus: its own, then `more`, then the most frequent. Computed
 * once per image, so that a digit stays on its label while labels are switched on and off.
 */
export function digitLabels(
  own: readonly number[],
  more: readonly number[],
  frequent: readonly number[],
): readonly number[] {
  return [...new Set([...own, ...more, ...frequent])].filter((label) => label >= 0).slice(0, DIGITS);
}
