import { message } from '../../../shared/message.ts';
import type { Entry, Reading } from './entries.ts';
import { firstItems } from './firstItems.ts';
import { splitNamed } from './splitNames.ts';

const MOST_NAMED = 8;

/** Takes the folder of an image as its label, and a folder above it that is named like a split as its split. */
export function fromFolders(reading: Reading): Entry[] {
  const places = reading.images.map((image) => image.split('/').slice(0, -1));
  const isSplit = splitFolders(reading, places);
  const nested = classesWithSplits(places, isSplit);
  return reading.images.map((image, i): Entry => {
    const folders = places[i]!;
    const at = folders.findIndex((name, depth) => isSplit(name, folders.slice(0, depth)));
    const split = at < 0 ? null : splitNamed(folders[at]!);
    // Inside a split folder any name is a label, even 'test'.
    const label =
      at < 0 ? folders.at(-1) : folders.length > at + 1 ? folders.at(-1) : nested ? folders[at - 1] : undefined;
    if (label === undefined) reading.tally.drop('note', 'dropped.imageWithoutFolder', image);
    return { path: image, labels: label === undefined ? [] : [label], split };
  });
}

/** Finds the split folders. Asks about those that are beside other folders, where 'val' may be a class. */
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
    text: message('importQuestion.splitFolders', { folders: firstItems(names, MOST_NAMED) }),
    choices: [
      { value: 'labels', text: message('importQuestion.splitFoldersLabels') },
      { value: 'splits', text: message('importQuestion.splitFoldersSplits') },
    ],
    assumed: null,
  });
  const asLabels = new Set(answer === 'labels' ? mixed.map(([above]) => above) : []);
  return (name, above) => splitNamed(name) !== null && !asLabels.has(above.join('/'));
}

/** True when labels are above splits, as in cats/train/1.jpg and dogs/train/2.jpg. One folder alone is a wrapper. */
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
