/**
 * Focus, selection and list of the Data screen. The list stays as it is while labels change, so that no image leaves
 * the view, and no key reaches another one, because of an edit.
 */
export interface Place {
  /** The listed images, in order. */
  readonly shown: readonly number[];
  readonly focus: number | null;
  readonly selected: ReadonlySet<number>;
  /** The image open in the viewer. */
  readonly viewer: number | null;
}

type Compare = (a: number, b: number) => number;

/** The images that a key changes: the selection, else the focus. Empty when the focus is not in the list. */
export function targets({ shown, focus, selected }: Place): readonly number[] {
  if (selected.size > 0) return shown.filter((image) => selected.has(image));
  return focus !== null && shown.includes(focus) ? [focus] : [];
}

/** The image itself when it is still listed, else the next listed one, else the previous one. */
export function nearest(before: readonly number[], image: number, after: ReadonlySet<number>): number | null {
  const at = before.indexOf(image);
  if (after.has(image) || at < 0) return after.has(image) ? image : null;
  return (
    before.slice(at).find((one) => after.has(one)) ?? before.slice(0, at).findLast((one) => after.has(one)) ?? null
  );
}

/** The place in a new list: the focus keeps its image or moves to a neighbor; an open viewer keeps its image. */
export function placeIn(place: Place, list: readonly number[], compare: Compare): Place {
  const shown = place.viewer === null ? list : inserted(list, [place.viewer], compare);
  const there = new Set(shown);
  const near = place.focus === null ? null : nearest(place.shown, place.focus, there);
  return {
    shown,
    focus: place.viewer ?? near ?? shown[0] ?? null,
    selected: new Set([...place.selected].filter((image) => there.has(image))),
    viewer: place.viewer,
  };
}

/** The list with `images` inserted in order where they are missing. */
export function inserted(list: readonly number[], images: readonly number[], compare: Compare): readonly number[] {
  const there = new Set(list);
  const missing = images.filter((image) => !there.has(image)).sort(compare);
  if (missing.length === 0) return list;
  const result: number[] = [];
  let next = 0;
  for (const image of list) {
    while (next < missing.length && compare(missing[next]!, image) < 0) result.push(missing[next++]!);
    result.push(image);
  }
  return [...result, ...missing.slice(next)];
}

/** Returns to an undone or redone edit: its images get the focus and are listed even if the filter hides them. */
export function placeOfEdit(place: Place, images: readonly number[], compare: Compare): Place {
  const shown = inserted(place.shown, images, compare);
  const own = new Set(images);
  const focus =
    place.focus !== null && own.has(place.focus) ? place.focus : (shown.find((image) => own.has(image)) ?? null);
  return {
    shown,
    focus,
    selected: images.length > 1 ? own : new Set(),
    viewer: place.viewer === null ? null : focus,
  };
}

/** Moves the focus; without a focus, the first image gets it. `extend` selects everything in between. */
export function moved(place: Place, steps: number, extend = false): Place {
  const { shown, focus, selected } = place;
  const at = focus === null ? -1 : shown.indexOf(focus);
  if (at < 0) return { ...place, focus: shown[0] ?? null };
  const next = Math.min(shown.length - 1, Math.max(0, at + steps));
  const between = shown.slice(Math.min(at, next), Math.max(at, next) + 1);
  return { ...place, focus: shown[next]!, selected: extend ? new Set([...selected, ...between]) : selected };
}

/** Extends the selection from the focus to `image`. */
export function selectedTo(place: Place, image: number): Place {
  const to = place.shown.indexOf(image);
  const at = place.focus === null ? to : place.shown.indexOf(place.focus);
  return at < 0 ? { ...place, focus: image } : moved(place, to - at, true);
}

export function toggledSelection(place: Place, image: number): Place {
  const selected = new Set(place.selected);
  if (!selected.delete(image)) selected.add(image);
  return { ...place, selected, focus: image };
}

/**
 * The place after the label files were reread. Images are renumbered when lines come or go: `numberOf` gives the
 * new number, or null for a line that is gone. `added` lists images that were not there before.
 */
export function renumbered(
  place: Place,
  numberOf: (image: number) => number | null,
  added: readonly number[],
  compare: Compare,
): Place {
  const mapped = (images: Iterable<number>): number[] => [...images].flatMap((image) => numberOf(image) ?? []);
  const stays = new Set(place.shown.filter((image) => numberOf(image) !== null));
  const near = place.focus === null ? null : nearest(place.shown, place.focus, stays);
  const shown = inserted([...new Set(mapped(place.shown))], added, compare);
  const viewer = place.viewer === null ? null : numberOf(place.viewer);
  return {
    shown,
    focus: (near === null ? null : numberOf(near)) ?? shown[0] ?? null,
    selected: new Set(mapped(place.selected)),
    viewer,
  };
}

/** The number of listed images that no longer match the filter, and whether a refresh would change the list. */
export function staleness(
  shown: readonly number[],
  now: readonly number[],
): { readonly leaving: ReadonlySet<number>; readonly stale: boolean } {
  const same = shown.length === now.length && shown.every((image, i) => image === now[i]);
  if (same) return { leaving: new Set(), stale: false };
  const there = new Set(now);
  return { leaving: new Set(shown.filter((image) => !there.has(image))), stale: true };
}

/** True when at least half of a grid row is within the viewport. Lengths in CSS pixels. */
export function inSight(
  row: { readonly top: number; readonly height: number },
  view: { readonly top: number; readonly height: number },
): boolean {
  const middle = row.top + row.height / 2;
  return middle >= view.top && middle <= view.top + view.height;
}
