import type { InstallableEngine } from '../../../shared/contract/studio.ts';
import { tfjsVariants } from '../../pipeline/engine/tfjs/requirements.ts';
import { cudaInstaller } from './installCuda.ts';
import type { Installer } from './installer.ts';
import { tfjsInstaller } from './installTfjs.ts';

/** DESTILA_NUGET names a mirror of NuGet, for networks without access to nuget.org. */
const byName: Readonly<Record<InstallableEngine, Installer>> = {
  cuda: cudaInstaller(process.env.DESTILA_NUGET || undefined),
  tfjs: tfjsInstaller(tfjsVariants.cpu),
  'tfjs-gpu': tfjsInstaller(tfjsVariants.gpu),
};

export const installers: readonly Installer[] = Object.values(byName);
