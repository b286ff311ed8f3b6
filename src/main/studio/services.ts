import type { Method, Output } from '../../shared/contract/contract.ts';
import type { StudioEvent } from '../../shared/contract/studio.ts';
import type { Parsed } from './contractInput.ts';
import type { Pictures } from './projects/pictures.ts';
import type { Projects } from './projects/projects.ts';
import type { EventThrottle } from './runs/eventThrottle.ts';
import type { RunQueue } from './runs/runQueue.ts';
import type { Keychain, SettingsStore } from './state/settings.ts';
import type { Activities } from './system/activities.ts';
import type { Log } from './system/log.ts';
import type { LoadMeter, MachineStore } from './system/machine.ts';
import type { ThreadClient } from './thread/threadClient.ts';
import type { LearningRates } from './training/learningRates.ts';
import type { Weights } from './weights/weights.ts';

export interface DoorOptions {
  readonly door: 'browser' | 'desktop';
  /** Shows a file in the system's file browser; null if the door cannot. */
  readonly reveal: ((file: string) => void) | null;
  /** Stores passwords. Without one they are in a file that only the user can read. */
  readonly keychain?: Keychain | null;
  /** Keeps the machine from sleeping during a training. */
  readonly keepAwake: (awake: boolean) => void;
}

/** What the handlers of all subjects share. */
export interface StudioServices {
  readonly options: DoorOptions;
  readonly stateFolder: string;
  readonly log: Log;
  readonly settings: SettingsStore;
  readonly machine: MachineStore;
  readonly load: LoadMeter;
  readonly projects: Projects;
  readonly pictures: Pictures;
  readonly activities: Activities;
  readonly queue: RunQueue;
  readonly throttle: EventThrottle;
  readonly rates: LearningRates;
  readonly weights: Weights;
  readonly thread: ThreadClient;
  emit(event: StudioEvent): void;
  folderOf(project: string): string;
  runFolder(run: { readonly project: string; readonly run: string }): string;
}

/** One function for each of these methods of the contract. */
export type Handlers<M extends Method> = { readonly [Name in M]: (input: Parsed<Name>) => Promise<Output<Name>> };
