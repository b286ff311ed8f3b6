import type { InstallableEngine } from '../../../shared/contract/studio.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Handlers, StudioServices } from '../services.ts';
import { enginesFolder } from '../state/places.ts';
import type { ActivityWatcher } from '../system/activities.ts';
import { measureAgain } from './chooseEngine.ts';
import type { InstallContext, Installer } from './installer.ts';
import { installers } from './installers.ts';
import { forgetSpeed, rememberedSpeeds } from './speeds.ts';

type EngineMethod =
  'engines.speeds' | 'engines.measureAgain' | 'engines.forget' | 'engines.explain' | 'engines.install';

/** The measurements by which `auto` chooses an engine, and the installation of engines. */
export const engineHandlers = ({ activities, queue, settings }: StudioServices): Handlers<EngineMethod> => {
  const contextOf = (watcher: Pick<ActivityWatcher, 'signal' | 'onProgress' | 'onStep'>): InstallContext => ({
    enginesFolder: enginesFolder(),
    proxy: settings.current().proxy || null,
    signal: watcher.signal,
    onProgress: inPercent((done, total) => watcher.onProgress(done, total)),
    onStage: (activity) => watcher.onStep(activity),
  });
  return {
    'engines.speeds': () => rememberedSpeeds(),
    'engines.measureAgain': async ({ id }) => {
      const speed = (await rememberedSpeeds()).find((remembered) => remembered.id === id);
      if (speed === undefined) throw new Problem('file.measurementForgotten');
      if (queue.entries().length > 0) throw new Problem('busy.trainingDisturbsMeasurement');
      await activities.during('measure', null, ({ signal }) => measureAgain(speed, signal));
      return {};
    },
    'engines.forget': async ({ id }) => {
      await forgetSpeed(id);
      return {};
    },
    'engines.explain': async ({ engine }) => {
      const { signal } = new AbortController();
      const context = contextOf({ signal, onProgress: () => undefined, onStep: () => undefined });
      return { lines: [...(await installerOf(engine).explain(context))] };
    },
    'engines.install': async ({ engine }) => {
      if (activities.current().some(({ kind }) => kind === 'install')) throw new Problem('busy.installing');
      const folder = await activities.during('install', null, (watcher) =>
        installerOf(engine).install(contextOf(watcher)),
      );
      return { folder };
    },
  };
};

const installerOf = (engine: InstallableEngine): Installer => installers.find(({ name }) => name === engine)!;

/** A download reports each of its thousands of chunks. One event per percent is enough for a bar. */
function inPercent(report: (done: number, total: number) => void): InstallContext['onProgress'] {
  let shown = -1;
  return (done, total) => {
    if (total === null || total === 0) return;
    const percent = Math.floor((100 * done) / total);
    if (percent === shown) return;
    shown = percent;
    report(done, total);
  };
}
