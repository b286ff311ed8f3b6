import type { RunEvent, Stage } from '../../../shared/events.ts';
import type { RunRecord } from '../../pipeline/storage/runFolder.ts';

/**
 * The test split stays sealed until a person opens it, because a metric that was seen influences later choices. Before
 * that, no screen receives a test metric, neither in a run's summary nor in its events.
 */

/** Marks an opening by a person. The pipeline's own scoring does not count, because nobody has seen its result. */
export const OPENED_BY_HAND = 'studio';

export const timesOpened = ({ testOpenings }: Pick<RunRecord, 'testOpenings'>): number =>
  testOpenings.filter(({ by }) => by === OPENED_BY_HAND).length;

export const sealedSummary = <T extends object>(stage: Stage, summary: T): T | Record<string, never> =>
  stage === 'test' ? {} : summary;

export const sealedEvent = (event: RunEvent): RunEvent =>
  event.type === 'stageFinished' ? { ...event, summary: sealedSummary(event.stage, event.summary) } : event;
