import { Problem } from '../../../shared/problem.ts';
import type { Handlers, StudioServices } from '../services.ts';
import { measureAgain } from './chooseEngine.ts';
import { forgetSpeed, rememberedSpeeds } from './speeds.ts';

type EngineMethod = 'engines.speeds' | 'engines.measureAgain' | 'engines.forget';

/** The measurements by which `auto` chooses an engine. */
export const engineHandlers = ({ activities, queue }: StudioServices): Handlers<EngineMethod> => ({
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
});
