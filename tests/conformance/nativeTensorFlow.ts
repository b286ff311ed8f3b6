import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../src/main/pipeline/engine/engine.ts';
import { createTfjsEngine } from '../../src/main/pipeline/engine/tfjs/native.ts';
import { tfjsEnvironment, tfjsLack } from '../../src/main/pipeline/engine/tfjs/requirements.ts';
import { enginesFolder } from '../../src/main/studio/state/places.ts';
import { toProblemData } from '../../src/shared/problem.ts';
import { onBackend } from './backend.ts';

/** Native TensorFlow where `destila engine install tfjs` (or tfjs-gpu) brought it; else why not. */
export async function startNativeTensorFlow(): Promise<Engine | string> {
  const folder = enginesFolder();
  const lack = await tfjsLack(folder);
  if (lack !== null) return `${lack.says} ${lack.fix ?? ''}`;
  Object.assign(process.env, tfjsEnvironment(folder));
  return createTfjsEngine({ enginesFolder: folder }).then(
    (engine) => onBackend(tf, 'tensorflow', engine),
    (error: unknown) => toProblemData(error).message,
  );
}
