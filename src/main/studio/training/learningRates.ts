import type { Config } from '../../../shared/config.ts';
import type { FoundRate, FoundRates, NetworkName } from '../../../shared/contract/runs.ts';
import { rateRangeSchema } from '../../../shared/contract/runs.ts';
import { Problem } from '../../../shared/problem.ts';
import type { JobRequest } from '../../jobs/protocol.ts';
import type { Job, JobWatcher } from '../../jobs/startJob.ts';
import { startJobWhen } from '../../jobs/startJob.ts';
import { chooseEngine } from '../engines/chooseEngine.ts';
import { cacheFolder, enginesFolder } from '../state/places.ts';

/** Learning-rate range tests: one at a time, and never beside a training, which each would slow down. */
export interface LearningRates {
  /** Rejects with Problem 'busy', 'cancelled', or what is wrong with the data or the settings. */
  find(asked: RateSearch, watcher: JobWatcher): Promise<void>;
  /** Ends the search that is on, if one is. */
  cancel(): void;
  /** The last of each network since the studio was opened. */
  found(project: string): FoundRates;
}

export interface RateSearch {
  readonly project: string;
  readonly folder: string;
  readonly config: Config;
  readonly network: NetworkName;
}

/** Between the lowest rate and the highest, 17 to a power of ten. */
const STEPS = 100;

/** `training` says whether a run is on; `start` is what starts a job, other in tests. */
export function openLearningRates(
  training: () => boolean,
  start: (request: Promise<JobRequest>, watcher: JobWatcher) => Job = startJobWhen,
): LearningRates {
  const found = new Map<string, FoundRate>();
  const keyOf = (project: string, network: NetworkName): string => `${project}/${network}`;
  let search: Job | null = null;
  return {
    find: async ({ project, folder, config, network }, watcher) => {
      if (training())
        throw new Problem(
          'busy',
          'A run is training: the search for a learning rate would slow it down, and be slowed down. Wait for its end, or stop it.',
        );
      if (search !== null) throw new Problem('busy', 'A learning rate is being searched for already.');
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
