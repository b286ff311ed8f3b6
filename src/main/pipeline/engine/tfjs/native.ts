import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';
import { Problem } from '../../../../shared/problem.ts';
import type { Engine } from '../engine.ts';
import { tfjsEngine } from './engine.ts';
import { tfjsFolder, tfjsVariants, usableVariant } from './requirements.ts';
import type { TensorFlow } from './tensorFlow.ts';

/** What tfjs-node's backend shows besides tfjs's own (tfjs-node/src/nodejs_kernel_backend.ts). */
interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

/**
 * TensorFlow's own kernels through @tensorflow/tfjs-node(-gpu), from where `destila engine install` put it. It brings a TensorFlow.js whose
 * gradients are registered; @tensorflow/tfjs-core alone does not in Node: its Node build leaves them out, and its
 * `dist/register_all_gradients` is an ES module that registers them in another copy of the core. Throws Problem 'engine'.
 */
export async function createTfjsEngine({ enginesFolder }: { readonly enginesFolder: string }): Promise<Engine> {
  const variant = await usableVariant(enginesFolder);
  if ('says' in variant)
    throw new Problem(
      'engine',
      `tfjs cannot start: ${variant.says}${variant.fix === null ? '' : ` To fix it: ${variant.fix}`}`,
    );
  const tf = load(path.join(tfjsFolder(enginesFolder, variant), 'package.json'), variant.package, variant.name);
  await tf.ready();
  const { isUsingGpuDevice, binding } = tf.backend() as unknown as NativeBackend;
  if (variant === tfjsVariants.gpu && !isUsingGpuDevice)
    throw new Problem(
      'engine',
      `TensorFlow ${binding.TF_Version} finds no graphics card it can use, though a driver is loaded: it may be older than CUDA 12 asks for (525).`,
    );
  return tfjsEngine(
    tf,
    'tfjs',
    isUsingGpuDevice ? 'gpu' : 'cpu',
    `TensorFlow ${binding.TF_Version} through TensorFlow.js, on ${isUsingGpuDevice ? 'CUDA' : 'the CPU with its own number of threads'}`,
  );
}

function load(from: string, name: string, installName: string): TensorFlow {
  // tfjs-node 4.22 calls it; Node 23 took it away.
  if (!('isNullOrUndefined' in util))
    Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined });
  try {
    return createRequire(from)(`@tensorflow/${name}`) as TensorFlow;
  } catch (error) {
    const [message] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new Problem(
      'engine',
      `@tensorflow/${name} does not load: ${message} To fix it: destila engine install ${installName}`,
    );
  }
}
