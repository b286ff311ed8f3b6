import { create } from 'zustand';
import type { Picture } from '../../shared/contract/contract.ts';
import { call, pictureUrl } from '../api/client.ts';

/**
 * Images that were replaced on disk while they are on the screen. The studio checks an address without a version each
 * time it is asked for; what hangs on the screen is not asked for again until its address changes. So the versions of
 * what was shown lately are looked up again, and an image that differs from what was first seen gets the new version
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

/** Newest last; null until the first look. */
const watched = new Map<string, { readonly project: string; readonly path: string; seen: Seen | null }>();

const useChanged = create<{ readonly versions: ReadonlyMap<string, string> }>(() => ({ versions: new Map() }));

function watch(project: string, path: string): void {
  const key = keyOf(project, path);
  const known = watched.get(key) ?? { project, path, seen: null };
  watched.delete(key);
  watched.set(key, known);
  if (watched.size > MOST_WATCHED) watched.delete(watched.keys().next().value!);
}

/** What a look found, joined to what was seen before. */
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
 * Looks while the window is in sight, and at once when a person comes back to it from the program that changed an
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

/** Addresses of pictures; whoever uses them is drawn again when one of the images is replaced. */
export function usePictureUrl(): (project: string, path: string, picture: Picture) => string {
  const { versions } = useChanged();
  return (project, path, picture) => {
    watch(project, path);
    return pictureUrl(project, path, picture, versions.get(keyOf(project, path)) ?? '');
  };
}
