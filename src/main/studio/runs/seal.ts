import type { RunEvent, Stage } from '../../../shared/events.ts';
import type { RunRecord } from '../../pipeline/storage/runFolder.ts';

/**
 * The test split stays sealed until a person opens it: a figure that was seen has a say in what is chosen next. No screen
 * gets one before that, neither in a run's summary nor while the run reports.
 */

/** Who opened the test split by hand. The pipeline's own scoring is not an opening: nobody has seen it. */
export const OPENED_BY_HAND = 'studio';

export const timesOpened = ({ testOpenings }: Pick<RunRecord, 'testOpenings'>): number =>
  testOpenings.filter(({ by }) => by === OPENED_BY_HAND).length;

export const sealedSummary = <T extends object>(stage: Stage, summary: T): T | Record<string, never> =>
  stage === 'test' ? {} : summary;

export const sealedEvent = (event: RunEvent): RunEvent =>
  event.type === 'stageFinished' ? { ...event, summary: sealedSummary(event.stage, event.summary) } : event;
