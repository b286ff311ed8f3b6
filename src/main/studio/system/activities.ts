import type { Activity, StudioEvent } from '../../../shared/contract/studio.ts';
import type { RunEvent } from '../../../shared/events.ts';
import type { Message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import type { JobWatcher } from '../../jobs/startJob.ts';

/** Where a long call reports its progress, and the signal that ends it. */
export type ActivityWatcher = Required<Pick<JobWatcher, 'onEvent'>> & {
  readonly signal: AbortSignal;
  /** For work that is not a job. */
  onProgress(done: number, total: number): void;
  onStep(step: Message): void;
};

/** Long calls that are not runs. Every screen shows them and can cancel them. */
export interface Activities {
  current(): readonly Activity[];
  /** Rejects with a Problem 'cancelled' when it was cancelled, whatever the work itself threw. */
  during<T>(kind: Activity['kind'], project: string | null, work: (watcher: ActivityWatcher) => Promise<T>): Promise<T>;
  /** Ends an activity and its processes. Does nothing if it has already ended. */
  cancel(id: string): void;
  /** Ends all of one kind: a training, for example, ends a measurement. */
  cancelKind(kind: Activity['kind']): void;
  cancelAll(): void;
}

export function openActivities(emit: (event: StudioEvent) => void): Activities {
  const running = new Map<string, { activity: Activity; controller: AbortController }>();
  let next = 0;
  return {
    current: () => [...running.values()].map(({ activity }) => activity),
    during: async (kind, project, work) => {
      const id = `${kind}-${next++}`;
      const controller = new AbortController();
      const show = (activity: Activity): void => {
        running.set(id, { activity, controller });
        emit({ type: 'activity', activity });
      };
      show({ id, kind, project, done: 0, total: 0, secondsLeft: null });
      const change = (changed: Partial<Activity>): void => {
        const now = running.get(id);
        if (now !== undefined) show({ ...now.activity, ...changed });
      };
      const onEvent = (event: RunEvent): void => {
        if (event.type === 'progress') change({ done: event.done, total: event.total, secondsLeft: event.secondsLeft });
      };
      const onProgress = (done: number, total: number): void => change({ done, total });
      const onStep = (step: Message): void => change({ step, done: 0, total: 0 });
      try {
        return await work({ onEvent, onProgress, onStep, signal: controller.signal });
      } catch (error) {
        throw controller.signal.aborted ? new Problem('cancelled.work') : error;
      } finally {
        running.delete(id);
        emit({ type: 'activityEnded', id });
      }
    },
    cancel: (id) => running.get(id)?.controller.abort(),
    cancelKind: (kind) => {
      for (const { activity, controller } of running.values()) if (activity.kind === kind) controller.abort();
    },
    cancelAll: () => {
      for (const { controller } of running.values()) controller.abort();
    },
  };
}
