import path from 'node:path';
import { looksLikeImage } from '../../pipeline/data/imageFormats.ts';
import type { Entry, Reading, SourceRecord } from './entries.ts';

export type Found = { readonly image: string; readonly by: 'path' | 'name' | 'stem' } | 'missing' | 'ambiguous';

/** Finds the image that a source means. It may give a path on another machine, a URL, or a name without extension. */
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
        // The stem alone counts only if the source leaves out the extension: b.png is not b.jpg.
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

/** Label Studio prefixes the name of an uploaded file with eight characters of an id. */
const withoutUploadPrefix = (name: string): string => path.posix.basename(name).replace(/^[0-9a-f]{8}-/, '');

function cleaned(named: string): string {
  const local = /[?&]d=([^&]+)/.exec(named)?.[1]; // The URL of Label Studio's local storage.
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
    return name; // The percent sign is part of the name.
  }
}

/** Of several images with that name, returns the one that shares the most parent folders with the named path. */
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

interface RecordGroup {
  readonly records: readonly SourceRecord[];
  /** Folders that the names may be relative to. */
  readonly bases: readonly string[];
}

/** Turns records into one entry per image, with the labels of all its records. Counts those that match no image. */
export function placeRecords(
  reading: Reading,
  groups: readonly RecordGroup[],
  locator: Locator = createLocator(reading.images),
): Entry[] {
  const { tally } = reading;
  const merged = new Map<string, { entry: Entry; named: string }>();
  const seen = new Set<string>();
  for (const { record, base, found } of exactMatchesFirst(groups, locator)) {
    const { name, labels, split, where } = record;
    if (typeof found === 'object') seen.add(found.image);
    if (record.dropped === true) continue;
    if (found === 'missing') {
      tally.drop('warning', 'dropped.imageNotInFolder', `${where}: ${name}`, labels);
      continue;
    }
    if (found === 'ambiguous') {
      tally.drop('error', 'dropped.ambiguousName', `${where}: ${name}`, labels);
      continue;
    }
    const named = `${base} ${cleaned(name)}`;
    const before = merged.get(found.image);
    if (before === undefined) {
      merged.set(found.image, { entry: { path: found.image, labels: [...new Set(labels)], split }, named });
      continue;
    }
    if (before.named !== named && found.by !== 'path')
      tally.drop('error', 'dropped.differentNames', `${where}: ${name} (${found.image})`, labels);
    else if (before.entry.split !== null && split !== null && before.entry.split !== split)
      tally.drop('error', 'dropped.imageInTwoSplits', `${where}: ${name}`, labels);
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
  for (const image of reading.images) if (!seen.has(image)) tally.drop('note', 'dropped.imageUnnamed', image);
  return [...merged.values()].map(({ entry }) => entry);
}

interface LocatedRecord {
  readonly record: SourceRecord;
  readonly base: string;
  readonly found: Found;
}

/** An image that the source names by its path must not take the labels of a record whose name merely matches. */
function exactMatchesFirst(groups: readonly RecordGroup[], locator: Locator): LocatedRecord[] {
  const located = groups.flatMap(({ records, bases }) =>
    records.map((record) => ({ record, base: bases[0] ?? '', found: locator.find(record.name, bases) })),
  );
  const isExact = ({ found }: LocatedRecord): boolean => typeof found === 'object' && found.by === 'path';
  return [...located.filter(isExact), ...located.filter((record) => !isExact(record))];
}

/** Where the images of an annotation file usually are: its folder, the project, the parent, and images/ in each. */
export function basesOf(file: string): string[] {
  const folder = path.posix.dirname(file);
  const above = path.posix.dirname(folder);
  return [
    ...new Set([folder, path.posix.join(folder, 'images'), '.', 'images', above, path.posix.join(above, 'images')]),
  ];
}
