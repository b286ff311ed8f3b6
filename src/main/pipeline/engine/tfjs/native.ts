import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';
import { message } from '../../../../shared/message.ts';
import { Problem } from '../../../../shared/problem.ts';
import { cudaVariables } from '../adapters.ts';
import type { Engine } from '../engine.ts';
import { graphicsCards } from '../graphicsCards.ts';
import { tfjsEngine } from './engine.ts';
import { tfjsFolder, tfjsVariants, usableVariant } from './requirements.ts';
import type { TensorFlow } from './tensorFlow.ts';

/** The fields of tfjs-node's backend that TensorFlow.js does not declare (tfjs-node/src/nodejs_kernel_backend.ts). */
interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

/**
 * TensorFlow's own kernels through @tensorflow/tfjs-node(-gpu), as `destila engine install` installed it. That package
 * includes a TensorFlow.js with registered gradients. @tensorflow/tfjs-core alone has none in Node: its Node build
 * omits them, and its `dist/register_all_gradients` is an ES module that registers them in another copy of the core.
 * Throws Problem 'engine'.
 */
export async function createTfjsEngine({
  enginesFolder,
  adapter = null,
}: {
  readonly enginesFolder: string;
  readonly adapter?: string | null;
}): Promise<Engine> {
  const variant = await usableVariant(enginesFolder);
  if ('message' in variant) {
    const reason = { engine: 'TensorFlow', reason: variant.message };
    throw variant.fix === null
      ? new Problem('engine.notReady', reason)
      : new Problem('engine.notReadyFix', { ...reason, fix: variant.fix });
  }
  // CUDA reads them when TensorFlow is loaded. The process of a job has one engine.
  if (variant === tfjsVariants.gpu) Object.assign(process.env, cudaVariables(await graphicsCards(), adapter));
  const tf = load(path.join(tfjsFolder(enginesFolder, variant), 'package.json'), variant.package, variant.name);
  await tf.ready();
  const { isUsingGpuDevice, binding } = tf.backend() as unknown as NativeBackend;
  const version = binding.TF_Version;
  if (variant === tfjsVariants.gpu && !isUsingGpuDevice) throw new Problem('engine.tensorflowNoCard', { version });
  return tfjsEngine(
    tf,
    'tfjs',
    isUsingGpuDevice ? 'gpu' : 'cpu',
    message(isUsingGpuDevice ? 'engines.tensorflowCuda' : 'engines.tensorflowCpu', { version }),
  );
}

function load(from: string, name: string, installName: string): TensorFlow {
  // tfjs-node 4.22 calls this function, which Node 23 removed.
  if (!('isNullOrUndefined' in util))
    Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined });
  try {
    return createRequire(from)(`@tensorflow/${name}`) as TensorFlow;
  } catch (error) {
    throw new Problem(
      'engine.packageNotLoaded',
      { package: `@tensorflow/${name}`, command: `destila engine install ${installName}` },
      error instanceof Error ? error.message : String(error),
    );
  }
}
