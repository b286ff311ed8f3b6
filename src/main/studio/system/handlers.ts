import os from 'node:os';
import { insideFolder } from '../../pipeline/storage/insideFolder.ts';
import { clearExcept, THUMBNAILS } from '../projects/pictures.ts';
import type { Handlers, StudioServices } from '../services.ts';
import { folderBytes } from '../state/folderBytes.ts';
import { cacheFolder } from '../state/places.ts';
import { redacted } from './log.ts';
import { productVersion } from './version.ts';

type SystemMethod =
  | 'studio.hello'
  | 'studio.load'
  | 'studio.diagnostics'
  | 'settings.set'
  | 'cache.clear'
  | 'cache.usage'
  | 'activity.cancel'
  | 'machine.measure'
  | 'files.reveal';

/** The studio itself, this machine, and what is shown on every screen. */
export function systemHandlers(services: StudioServices): Handlers<SystemMethod> {
  const { options, log, settings, machine, load, projects, pictures, activities, queue, emit } = services;
  return {
    'studio.hello': async () => {
      await projects.refresh();
      return {
        version: productVersion,
        door: options.door,
        platform: process.platform,
        homeFolder: os.homedir(),
        settings: settings.current(),
        recent: [...projects.recent()],
        machine: machine.known(),
        queue: [...queue.entries()],
        activities: [...activities.current()],
      };
    },
    'studio.load': () => load(),
    'studio.diagnostics': async () => ({ text: diagnostics(services), logFile: log.file }),
    'settings.set': async (part) => {
      const changed = await settings.change(part);
      emit({ type: 'settings', settings: changed });
      return changed;
    },
    'cache.clear': async ({ what }) => ({
      freedBytes: what === 'thumbnails' ? await pictures.clear() : await clearExcept(cacheFolder(), THUMBNAILS),
    }),
    'cache.usage': async () => {
      const thumbnails = await pictures.usage();
      return { thumbnails, pixels: (await folderBytes(cacheFolder())) - thumbnails };
    },
    'activity.cancel': async ({ id }) => {
      activities.cancel(id);
      return {};
    },
    'machine.measure': () => activities.during('measure', null, ({ signal }) => machine.measure(signal)),
    'files.reveal': async ({ project, path: file }) => {
      if (options.reveal === null) return { shown: false };
      const ownFile = file === 'log' ? log.file : services.stateFolder;
      options.reveal(project === null ? ownFile : insideFolder(services.folderOf(project), file));
      return { shown: true };
    },
  };
}

/** Text for a bug report, without names of people and folders. */
function diagnostics({ options, log, settings, machine, projects }: StudioServices): string {
  const known = machine.known();
  const facts = {
    version: productVersion,
    door: options.door,
    node: process.versions.node,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    memoryGigabytes: Math.round(os.totalmem() / 1e9),
    engines: known?.engines ?? null,
    cpu: known?.cpu ?? null,
    settings: { ...settings.current(), proxy: settings.current().proxy === '' ? '' : '<set>' },
    projects: projects.recent().map(({ images, labels, found }) => ({ images, labels, found })),
  };
  return redacted(
    `${JSON.stringify(facts, null, 2)}\n\nLast lines of the log:\n${log.tail(200)}\n`,
    projects.recent().map(({ folder }) => folder),
  );
}
