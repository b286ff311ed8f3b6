import path from 'node:path';
import { looksLikeImage } from '../../pipeline/data/imageFormats.ts';
import type { Entry, Reading, SourceRecord } from './entries.ts';

export type Found = { readonly image: string; readonly by: 'path' | 'name' | 'stem' } | 'missing' | 'ambiguous';

/** Finds the image that a source means: it may give the path of another machine, an address, or no ending. */
export interface Locator {
  find(name: string, bases: readonly string[]): Found;
}

export function createLocator(images: readonly string[]): Locator {
  const byPath = new Map(images.map((image) => [plain(image), image]));
  const byName = Map.groupBy(images, (image) => folded(path.posix.basename(image)));
  const byStem = Map.groupBy(images, (image) => folded(stemOf(image)));
  const exact = (name: string, bases: readonly string[]): string | undefined => {
    for (const base of bases) {
      const image = byPath.get(plain(path.posix.normalize(path.posix.join(base, name))));
      if (image !== undefined) return image;
    }
    return undefined;
  };
  return {
    find: (named, bases) => {
      const name = cleaned(named);
      if (name === '') return 'missing';
      const decoded = decodedUri(name);
      const image = exact(name, bases) ?? (decoded === name ? undefined : exact(decoded, bases));
      if (image !== undefined) return { image, by: 'path' };
      for (const form of [name, decoded, withoutUploadPrefix(decoded)]) {
        const sameName = byName.get(folded(path.posix.basename(form)));
        if (sameName !== undefined) return closest(form, sameName, 'name');
        // A stem counts only where the source leaves the ending out.
        const sameStem = looksLikeImage(form) ? undefined : byStem.get(folded(path.posix.basename(form)));
        if (sameStem !== undefined) return closest(form, sameStem, 'stem');
      }
      return 'missing';
    },
  };
}

const plain = (text: string): string => text.normalize('NFC');
const folded = (text: string): string => text.normalize('NFC').toLowerCase();
const stemOf = (image: string): string => path.posix.basename(image).replace(/\.[^.]+$/, '');

/** Label Studio puts eight characters of an id before the name of an uploaded file. */
const withoutUploadPrefix = (name: string): string => path.posix.basename(name).replace(/^[0-9a-f]{8}-/, '');

function cleaned(named: string): string {
  const local = /[?&]d=([^&]+)/.exec(named)?.[1]; // Label Studio's local storage
  const name = (local ?? named).trim().replaceAll('\\', '/');
  return name
    .replace(/^[a-z][a-z0-9+.-]+:\/\/[^/]*\/([^?#]*).*$/i, '$1')
    .replace(/^[a-z]:\//i, '')
    .replace(/^(\.?\/)+/, '');
}

function decodedUri(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // a percent sign that is part of the name
  }
}

/** Of several images with that name, the one whose folders agree furthest with the named path. */
function closest(named: string, images: readonly string[], by: 'name' | 'stem'): Found {
  const parts = folded(named).split('/').slice(0, -1).reverse();
  const agreeing = (image: string): number => {
    const own = folded(image).split('/').slice(0, -1).reverse();
    let same = 0;
    while (same < parts.length && parts[same] === own[same]) same++;
    return same;
  };
  const scores = images.map(agreeing);
  const best = Math.max(...scores);
  const winners = images.filter((_, i) => scores[i] === best);
  return winners.length === 1 ? { image: winners[0]!, by } : 'ambiguous';
}

/** Records as entries: one per image, with the labels of all its records. Whatever cannot be placed is counted. */
export function placeRecords(
  reading: Reading,
  groups: readonly { readonly records: readonly SourceRecord[]; readonly bases: readonly string[] }[],
  locator: Locator = createLocator(reading.images),
): Entry[] {
  const { tally } = reading;
  const merged = new Map<string, { entry: Entry; named: string }>();
  const seen = new Set<string>();
  // Exact paths first: an image that the source names by its path must not take the labels of a name that only fits.
  const located = groups.map(({ records, bases }) => ({
    bases,
    records: records.map((record) => ({ ...record, found: locator.find(record.name, bases) })),
  }));
  const exact = (found: Found): boolean => typeof found === 'object' && found.by === 'path';
  const inOrder = [true, false].flatMap((first) =>
    located.map(({ bases, records }) => ({ bases, records: records.filter(({ found }) => exact(found) === first) })),
  );
  for (const { records, bases } of inOrder) {
    for (const { name, labels, split, where, dropped, found } of records) {
      if (typeof found === 'object') seen.add(found.image);
      if (dropped === true) continue;
      if (found === 'missing') {
        tally.drop('warning', 'Image that is not in the folder', `${where}: ${name}`, labels);
        continue;
      }
      if (found === 'ambiguous') {
        tally.drop('error', 'Name that fits several images of the folder', `${where}: ${name}`, labels);
        continue;
      }
      const named = `${bases[0] ?? ''} ${cleaned(name)}`;
      const before = merged.get(found.image);
      if (before === undefined) {
        merged.set(found.image, { entry: { path: found.image, labels: [...new Set(labels)], split }, named });
        continue;
      }
      if (before.named !== named && found.by !== 'path')
        tally.drop('error', 'Different names that fit the same image', `${where}: ${name} (${found.image})`, labels);
      else if (before.entry.split !== null && split !== null && before.entry.split !== split)
        tally.drop('error', 'Image that the source puts into two splits', `${where}: ${name}`, labels);
      else
        merged.set(found.image, {
          named,
          entry: {
            path: found.image,
            labels: [...new Set([...before.entry.labels, ...labels])],
            split: before.entry.split ?? split,
          },
        });
    }
  }
  for (const image of reading.images)
    if (!seen.has(image)) tally.drop('note', 'Image of the folder that the source does not name', image);
  return [...merged.values()].map(({ entry }) => entry);
}

/** Where the images of an annotation file usually are: its folder, the project, the folder above, and images/ there. */
export function basesOf(file: string): string[] {
  const folder = path.posix.dirname(file);
  const above = path.posix.dirname(folder);
  return [
    ...new Set([folder, path.posix.join(folder, 'images'), '.', 'images', above, path.posix.join(above, 'images')]),
  ];
}
