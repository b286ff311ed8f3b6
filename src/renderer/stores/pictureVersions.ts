import { create } from 'zustand';
import type { PictureQuery } from '../../shared/contract/contract.ts';
import { call, pictureUrl } from '../api/client.ts';

/**
 * Detects images that are replaced on disk while they are on screen. The studio revalidates an address without a
 * version each time it is requested, but an image on screen is not requested again until its address changes. So the
 * versions of recently shown images are polled, and an image that differs from what was first seen gets the new version
 * into its address.
 */
const MOST_WATCHED = 300;
const LOOK_EVERY_MS = 5000;

/** By project and path: the version first seen, and the one there is now. */
export interface Seen {
  readonly first: string;
  readonly now: string;
}

const keyOf = (project: string, path: string): string => `${project}/${path}`;

/** Newest last; `seen` is null until the first poll. */
const watched = new Map<string, { readonly project: string; readonly path: string; seen: Seen | null }>();

const useChanged = create<{ readonly versions: ReadonlyMap<string, string> }>(() => ({ versions: new Map() }));

function watch(project: string, path: string): void {
  const key = keyOf(project, path);
  const known = watched.get(key) ?? { project, path, seen: null };
  watched.delete(key);
  watched.set(key, known);
  if (watched.size > MOST_WATCHED) watched.delete(watched.keys().next().value!);
}

/** Merges a poll's result with what was seen before. */
export const withLook = (seen: Seen | null, version: string): Seen => ({ first: seen?.first ?? version, now: version });

async function look(): Promise<void> {
  const byProject = Map.groupBy(watched.values(), ({ project }) => project);
  const versions = new Map(useChanged.getState().versions);
  let changed = false;
  for (const [project, images] of byProject) {
    const found = await call('pictures.versions', { project, paths: images.map(({ path }) => path) }).catch(() => null);
    if (found === null) continue;
    images.forEach((image, i) => {
      image.seen = withLook(image.seen, found.versions[i] ?? '');
      const key = keyOf(project, image.path);
      const { first, now } = image.seen;
      const version = now === first ? undefined : now;
      if (version === undefined || versions.get(key) === version) return;
      versions.set(key, version);
      changed = true;
    });
  }
  if (changed) useChanged.setState({ versions });
}

/**
 * Polls while the window is visible, and at once when a person returns to it from the program that changed an
 * image.
 */
export function watchPictures(): () => void {
  const lookIfSeen = (): void => {
    if (!document.hidden && watched.size > 0) void look();
  };
  const timer = setInterval(lookIfSeen, LOOK_EVERY_MS);
  window.addEventListener('focus', lookIfSeen);
  return () => {
    clearInterval(timer);
    window.removeEventListener('focus', lookIfSeen);
  };
}

/** URLs of images; components that use this hook redraw when an image is replaced. */
export function usePictureUrl(): (project: string, path: string, picture: PictureQuery) => string {
  const { versions } = useChanged();
  return (project, path, picture) => {
    watch(project, path);
    return pictureUrl(project, path, picture, versions.get(keyOf(project, path)) ?? '');
  };
}
