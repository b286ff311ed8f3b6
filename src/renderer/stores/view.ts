import type { Filter, Order } from '../data/filter.ts';
import { comparing, noFilter, toggled } from '../data/filter.ts';
import { inserted, moved, selectedTo, toggledSelection } from '../data/place.ts';
import { refreshShown, shownFacts, useDataset } from './dataset.ts';

/** The list and the focus of the Data screen. */

const set = useDataset.setState;
const get = useDataset.getState;

/** A new filter rebuilds the list and clears the selection, so that nothing stays selected out of view. */
export function setFilter(part: Partial<Filter>): void {
  set({ filter: { ...get().filter, ...part }, selected: new Set<number>() });
  refreshShown();
}

export const toggleLabel = (label: number, how: 'any' | 'all' | 'not'): void =>
  setFilter(toggled(get().filter, label, how));

export function addFilterLabel(label: number): void {
  set({ viewer: null });
  setFilter({ ...noFilter, any: [label] });
}

export function setOrder(order: Order): void {
  set({ order });
  refreshShown();
}

/** Reviews the images whose labels the model doubts, strongest doubt first. */
export function reviewOneByOne(): void {
  set({ order: 'suspicious' });
  setFilter({ view: 'review' });
  openViewer(get().shown[0] ?? null);
}

/** Opens an image in the viewer, or closes it. An image that the filter hides joins the list at its place. */
export function openViewer(image: number | null): void {
  if (image === null) return set({ viewer: null });
  const { shown, order, index } = get();
  const listed = shown.includes(image);
  set({ viewer: image, focus: image });
  // There is no order before the label files are read; the list is built then.
  if (!listed && index !== null) set({ shown: inserted(shown, [image], comparing(order, shownFacts(get()))) });
}

export const focusOn = (image: number): void => set({ focus: image });
export const moveFocus = (steps: number, extend = false): void => set(moved(get(), steps, extend));
export const selectTo = (image: number): void => set(selectedTo(get(), image));
export const toggleSelected = (image: number): void => set(toggledSelection(get(), image));
export const selectAll = (): void => set({ selected: new Set(get().shown) });
export const clearSelection = (): void => set({ selected: new Set<number>() });
