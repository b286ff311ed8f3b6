import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../src/main/pipeline/engine/engine.ts';
import { createTfjsEngine } from '../../src/main/pipeline/engine/tfjs/native.ts';
import { missingForTfjs, tfjsEnvironment } from '../../src/main/pipeline/engine/tfjs/requirements.ts';
import { enginesFolder } from '../../src/main/studio/state/places.ts';
import { toProblemData } from '../../src/shared/problem.ts';
import { onBackend } from './backend.ts';

/**
 * Native TensorFlow where `destila engine install tfjs` (or tfjs-gpu) installed it; else the reason why it is missing.
 */
export async function startNativeTensorFlow(): Promise<Engine | string> {
  const folder = enginesFolder();
  const missing = await missingForTfjs(folder);
  if (missing !== null) return `${missing.message.text} ${missing.fix?.text ?? ''}`;
  Object.assign(process.env, tfjsEnvironment(folder));
  return createTfjsEngine({ enginesFolder: folder }).then(
    (engine) => onBackend(tf, 'tensorflow', engine),
    (error: unknown) => toProblemData(error).message,
  );
}
