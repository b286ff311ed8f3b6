import { tfjsVariants } from '../../pipeline/engine/tfjs/requirements.ts';
import { cudaInstaller } from './installCuda.ts';
import { tfjsInstaller } from './installTfjs.ts';

/** What `destila engine install NAME` brings; nothing is fetched before `install`. */
export interface Installer {
  readonly name: string;
  /** What is downloaded, from where, how large, and where it goes. Asks the source for the size. */
  explain(around: InstallSurroundings): Promise<string>;
  /** Goes on with a download that was cut. Returns the folder. Throws a Problem in words; nothing half-installed is left. */
  install(around: InstallSurroundings): Promise<string>;
}

export interface InstallSurroundings {
  /** Absolute. */
  readonly enginesFolder: string;
  readonly proxy: string | null;
  readonly signal: AbortSignal;
  onProgress(done: number, total: number | null): void;
  /** What is done now, for people. */
  onStage(text: string): void;
}

export const installers: readonly Installer[] = [
  cudaInstaller(),
  tfjsInstaller(tfjsVariants.cpu),
  tfjsInstaller(tfjsVariants.gpu),
];
