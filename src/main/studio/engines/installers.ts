import { tfjsVariants } from '../../pipeline/engine/tfjs/requirements.ts';
import { cudaInstaller } from './installCuda.ts';
import type { Installer } from './installer.ts';
import { tfjsInstaller } from './installTfjs.ts';

export const installers: readonly Installer[] = [
  cudaInstaller(),
  tfjsInstaller(tfjsVariants.cpu),
  tfjsInstaller(tfjsVariants.gpu),
];
