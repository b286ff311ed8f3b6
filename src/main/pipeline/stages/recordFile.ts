import type { Stage } from '../../../shared/events.ts';
import { stages } from '../../../shared/events.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Lock } from '../storage/lock.ts';
import type { RunRecord, StageRecord } from '../storage/runFolder.ts';
import { readRun, writeRun } from '../storage/runFolder.ts';
import type { StageSummary } from './runContext.ts';

/** A run's run.json, held in memory and written after every change, so that it is right whenever the process ends. */
export interface RecordFile {
  readonly record: RunRecord;
  update(change: Partial<RunRecord>): Promise<void>;
  /** With `again`, a finished stage and everything that builds on it are reset first. */
  start(stage: Stage, metricsBytes: number, again: boolean): Promise<StageRecord>;
  /** `seconds` over all attempts. */
  finish(stage: Stage, seconds: number, summary: StageSummary): Promise<void>;
  countTestOpening(by: string): Promise<void>;
  allFinished(): boolean;
}

export async function openRecordFile(folder: string, lock: Lock): Promise<RecordFile> {
  let record = await readRun(folder);
  const update = async (change: Partial<RunRecord>): Promise<void> => {
    requireLock(lock, folder);
    record = { ...record, ...change };
    await writeRun(folder, record);
  };
  const setStage = (stage: Stage, change: Partial<StageRecord>): Promise<void> =>
    update({ stages: { ...record.stages, [stage]: { ...record.stages[stage], ...change } } });
  return {
    get record() {
      return record;
    },
    update,
    start: async (stage, metricsBytes, again) => {
      if (again && record.stages[stage].state === 'finished') await update({ stages: resetFrom(record, stage) });
      const resumed = record.stages[stage].state === 'running';
      await setStage(stage, {
        state: 'running',
        startedAt: new Date().toISOString(),
        ...(!resumed && { metricsBytes }),
      });
      return record.stages[stage];
    },
    finish: (stage, seconds, summary) => setStage(stage, { state: 'finished', seconds, summary: { ...summary } }),
    countTestOpening: (by) => update({ testOpenings: [...record.testOpenings, { at: new Date().toISOString(), by }] }),
    allFinished: () => stages.every((stage) => record.stages[stage].state === 'finished'),
  };
}

/** Two processes that write to one run would destroy it, so the one that lost the lock stops. */
export function requireLock(lock: Lock, folder: string): void {
  if (!lock.held()) throw new Problem('busy.runTakenOver', { folder });
}

/** Stage records in which this stage and all later ones are pending, because each stage builds on those before it. */
function resetFrom({ stages: records }: RunRecord, first: Stage): RunRecord['stages'] {
  const reset = stages
    .slice(stages.indexOf(first))
    .map((stage) => [stage, { ...records[stage], state: 'pending' as const, seconds: 0 }]);
  return { ...records, ...(Object.fromEntries(reset) as Record<Stage, StageRecord>) };
}
