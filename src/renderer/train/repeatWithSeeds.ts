import type { RunSummary } from '../../shared/contract/runs.ts';
import { call } from '../api/client.ts';
import { attempt } from '../stores/studio.ts';

/** Only repeats tell whether a difference between settings is more than chance; Compare groups them. */
export async function repeatWithSeeds({ project, config, preset, expected }: RunSummary): Promise<void> {
  for (const seed of [config.seed + 1, config.seed + 2])
    await attempt(() => call('runs.start', { project, config: { ...config, seed }, preset, expected }));
}
