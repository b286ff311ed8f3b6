import type { Config } from '../../../shared/config.ts';
import type { FoundRate, FoundRates, NetworkName } from '../../../shared/contract/runs.ts';
import { rateRangeSchema } from '../../../shared/contract/runs.ts';
import { Problem } from '../../../shared/problem.ts';
import type { JobRequest } from '../../jobs/protocol.ts';
import type { Job, JobWatcher } from '../../jobs/startJob.ts';
import { startJobWhen } from '../../jobs/startJob.ts';
import { chooseEngine } from '../engines/chooseEngine.ts';
import { cacheFolder, enginesFolder } from '../state/places.ts';

/**
 * Learning-rate range tests. Only one runs at a time, and none during a training, because each would slow the other.
 */
export interface LearningRates {
  /** Rejects with a Problem 'busy', 'cancelled', or with what is wrong with the data or the settings. */
  find(search: RateSearch, watcher: JobWatcher): Promise<void>;
  /** Ends the running search, if there is one. */
  cancel(): void;
  /** The latest result for each network since the studio was started. */
  found(project: string): FoundRates;
}

export interface RateSearch {
  readonly project: string;
  readonly folder: string;
  readonly config: Config;
  readonly network: NetworkName;
}

/** Steps from the lowest rate to the highest, which gives 17 per power of ten. */
const STEPS = 100;

/** `training` tells whether a run is training. Tests replace `start`, which starts the job. */
export function openLearningRates(
  training: () => boolean,
  start: (request: Promise<JobRequest>, watcher: JobWatcher) => Job = startJobWhen,
): LearningRates {
  const found = new Map<string, FoundRate>();
  const keyOf = (project: string, network: NetworkName): string => `${project}/${network}`;
  let search: Job | null = null;
  return {
    find: async ({ project, folder, config, network }, watcher) => {
      if (training()) throw new Problem('busy.trainingDisturbsRateSearch');
      if (search !== null) throw new Problem('busy.rateSearchRunning');
      const request = chooseEngine(config, watcher.signal).then(({ name }): JobRequest => ({
        type: 'learningRateRange',
        project: folder,
        config,
        network,
        steps: STEPS,
        cacheFolder: cacheFolder(),
        engine: name,
        enginesFolder: enginesFolder(),
      }));
      const job = (search = start(request, watcher));
      try {
        found.set(keyOf(project, network), { ...rateRangeSchema.parse(await job.result), config });
      } finally {
        search = null;
      }
    },
    cancel: () => search?.cancel(),
    found: (project) => ({
      teacher: found.get(keyOf(project, 'teacher')) ?? null,
      student: found.get(keyOf(project, 'student')) ?? null,
    }),
  };
}
