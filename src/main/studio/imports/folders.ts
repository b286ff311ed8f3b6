import type { Entry, Reading } from './entries.ts';
import { splitNamed } from './splitNames.ts';

/** The folder that an image lies in is its label; a folder above it that is named like a split is its split. */
export function fromFolders(reading: Reading): Entry[] {
  const places = reading.images.map((image) => image.split('/').slice(0, -1));
  const isSplit = splitFolders(reading, places);
  const nested = classesWithSplits(places, isSplit);
  return reading.images.map((image, i): Entry => {
    const folders = places[i]!;
    const at = folders.findIndex((name, depth) => isSplit(name, folders.slice(0, depth)));
    const split = at < 0 ? null : splitNamed(folders[at]!);
    // Below a split folder any name is a label, also 'test'.
    const label =
      at < 0 ? folders.at(-1) : folders.length > at + 1 ? folders.at(-1) : nested ? folders[at - 1] : undefined;
    if (label === undefined) reading.tally.drop('note', 'Image without a folder of its own: it gets no label', image);
    return { path: image, labels: label === undefined ? [] : [label], split };
  });
}

/** Folders named like splits among folders that are not: 'val' may be a class. Then the user is asked. */
function splitFolders(
  reading: Reading,
  places: readonly (readonly string[])[],
): (name: string, above: readonly string[]) => boolean {
  const siblings = new Map<string, Set<string>>();
  for (const folders of places) {
    const at = folders.findIndex((name) => splitNamed(name) !== null);
    if (at < 0) continue;
    siblings.set(folders.slice(0, at).join('/'), new Set());
  }
  for (const folders of places)
    for (const [above, names] of siblings) {
      const depth = above === '' ? 0 : above.split('/').length;
      if (folders.slice(0, depth).join('/') === above && folders[depth] !== undefined) names.add(folders[depth]);
    }
  const mixed = [...siblings].filter(([, names]) => [...names].some((name) => splitNamed(name) === null));
  if (mixed.length === 0) return (name) => splitNamed(name) !== null;
  const names = [...new Set(mixed.flatMap(([, found]) => [...found].filter((name) => splitNamed(name) !== null)))];
  const answer = reading.questions.ask({
    id: 'splitFolders',
    text: `Folders named like splits lie beside others: ${names.slice(0, 8).join(', ')}. What are they?`,
    choices: [
      { value: 'labels', text: 'Labels like the folders beside them' },
      { value: 'splits', text: 'Splits' },
    ],
    assumed: null,
  });
  const asLabels = new Set(answer === 'labels' ? mixed.map(([above]) => above) : []);
  return (name, above) => splitNamed(name) !== null && !asLabels.has(above.join('/'));
}

/** cats/train/1.jpg and dogs/train/2.jpg: the labels are above the splits. One folder alone there is only a wrapper. */
function classesWithSplits(
  places: readonly (readonly string[])[],
  isSplit: (name: string, above: readonly string[]) => boolean,
): boolean {
  const above = places.flatMap((folders) => {
    const at = folders.length - 1;
    const first = folders.findIndex((name, depth) => isSplit(name, folders.slice(0, depth)));
    return at > 0 && first === at ? [folders[at - 1]!] : [];
  });
  return new Set(above).size > 1;
}
