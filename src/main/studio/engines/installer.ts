import type { Message } from '../../../shared/message.ts';

/** An engine that `destila engine install NAME` can install. Nothing is downloaded before `install` is called. */
export interface Installer {
  readonly name: string;
  /** Lines about what is downloaded, from where, how large it is, and where it goes. Asks the source for the size. */
  explain(context: InstallContext): Promise<readonly Message[]>;
  /** Resumes an interrupted download. Returns the folder. Throws a Problem and leaves no partial installation. */
  install(context: InstallContext): Promise<string>;
}

export interface InstallContext {
  /** Absolute. */
  readonly enginesFolder: string;
  readonly proxy: string | null;
  readonly signal: AbortSignal;
  onProgress(done: number, total: number | null): void;
  /** What the installation does next. */
  onStage(activity: Message): void;
}
