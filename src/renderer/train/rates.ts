import { create } from 'zustand';
import type { Config } from '../../shared/config.ts';
import type { FoundRate, FoundRates, NetworkName } from '../../shared/contract/runs.ts';
import type { Activity } from '../../shared/contract/studio.ts';
import { toProblemData } from '../../shared/problem.ts';
import { call } from '../api/client.ts';
import { useStudio } from '../stores/studio.ts';
import { useConfig } from './configStore.ts';

const none: FoundRates = { teacher: null, student: null };

/** Results of the learning rate searches. */
export const useRates = create<FoundRates & { readonly project: string | null }>(() => ({ project: null, ...none }));

export async function readRates(project: string): Promise<void> {
  if (useRates.getState().project !== project) useRates.setState({ project, ...none });
  const found = await call('learningRate.found', { project }).catch(() => none);
  if (useRates.getState().project === project) useRates.setState(found);
}

/** A search that was canceled, or gave way to a run, has no result. */
export async function findRate(network: NetworkName): Promise<void> {
  const { project, config } = useConfig.getState();
  if (project === null) return;
  await call('learningRate.find', { project, config, network }).catch((error: unknown) => {
    const problem = toProblemData(error);
    if (problem.kind !== 'cancelled') useStudio.setState({ problem });
  });
}

export const stopSearch = (): void => void call('learningRate.cancel', {}).catch(() => undefined);

/** The network whose learning rate an activity searches for; null for other activities. */
export function searchedNetwork({ kind }: Activity): NetworkName | null {
  return kind === 'teacherRate' ? 'teacher' : kind === 'studentRate' ? 'student' : null;
}

/** The network that a learning rate setting belongs to, when a search can find that rate. */
export const networkOfRate = (key: string): NetworkName | null =>
  key === 'teacher.lr_finetune' ? 'teacher' : key === 'student.lr_finetune' ? 'student' : null;

const unused = new Set(['lr_head', 'lr_finetune', 'epochs_head', 'epochs_finetune']);

/** True when these settings equal those of the search, apart from the rates and epochs that it does not use. */
export function stillHolds({ network, config: then }: FoundRate, now: Config): boolean {
  const used = (config: Config): string => {
    const settings = Object.entries(config[network]).filter(([name]) => !unused.has(name));
    return JSON.stringify([settings, config.augmentation, config.data, config.seed]);
  };
  return used(then) === used(now);
}
