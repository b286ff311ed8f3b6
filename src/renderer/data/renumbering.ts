import type { DatasetIndex } from '../../shared/contract/dataset.ts';
import type { Edit, ImageState, Labeled } from './labelEdits.ts';

/** New numbers of images and labels after the label files were reread; null when the line or the label is gone. */
export interface Renumbering {
  image(before: number): number | null;
  label(before: number): number | null;
  /** Images that were not there before. */
  readonly added: readonly number[];
}

interface Read {
  readonly index: Pick<DatasetIndex, 'paths'>;
  readonly labeled: Labeled;
}

/**
 * Matches lines by split and path, equal ones in their order; a line that moved to another file is
 * matched by its path.
 */
export function renumbering(before: Read, now: Read): Renumbering {
  const newKeys = keysOf(now);
  const byKey = new Map(newKeys.map((key, image) => [key, image]));
  const byPath = new Map(now.index.paths.map((path, image) => [path, image]));
  const images = keysOf(before).map((key, image) => byKey.get(key) ?? byPath.get(before.index.paths[image]!) ?? null);
  const labels = new Map(now.labeled.vocabulary.map((name, label) => [name, label]));
  const known = new Set(images);
  return {
    image: (old) => images[old] ?? null,
    label: (old) => labels.get(before.labeled.vocabulary[old]!) ?? null,
    added: newKeys.flatMap((_, image) => (known.has(image) ? [] : [image])),
  };
}

/** One key per line: split, path, and how many equal lines come before it. */
function keysOf({ index, labeled }: Read): string[] {
  const seen = new Map<string, number>();
  return index.paths.map((path, image) => {
    const line = `${labeled.states[image]!.split}\t${path}`;
    const nth = seen.get(line) ?? 0;
    seen.set(line, nth + 1);
    return `${nth}\t${line}`;
  });
}

/** The newest edits of a history, up to the first that refers to a missing image or label. */
export function renumberedEdits(history: readonly Edit[], numbers: Renumbering): readonly Edit[] {
  const mapped = history.map((edit) => renumberedEdit(edit, numbers));
  return mapped.slice(mapped.lastIndexOf(null) + 1).filter((edit) => edit !== null);
}

function renumberedEdit({ images, before, after }: Edit, numbers: Renumbering): Edit | null {
  const [newImages, newBefore, newAfter] = [
    images.map((image) => numbers.image(image)),
    before.map((state) => renumberedState(state, numbers)),
    after.map((state) => renumberedState(state, numbers)),
  ];
  return complete(newImages) && complete(newBefore) && complete(newAfter)
    ? { images: newImages, before: newBefore, after: newAfter }
    : null;
}

function renumberedState(state: ImageState, numbers: Renumbering): ImageState | null {
  const labels = state.labels.map((label) => numbers.label(label));
  return complete(labels) ? { ...state, labels } : null;
}

const complete = <T>(values: readonly (T | null)[]): values is readonly T[] => !values.includes(null);
