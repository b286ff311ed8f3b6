import type { Architecture } from '../../shared/architectures.ts';
import { studentArchitectures } from '../../shared/architectures.ts';
import type { WeightsEntry } from '../../shared/contract/weights.ts';

/** Weights that can start this network: those that are there first; files that a person put there could be of any. */
export function weightsFor(architecture: Architecture, entries: readonly WeightsEntry[]): WeightsEntry[] {
  const there = ({ path }: WeightsEntry): number => (path === null ? 1 : 0);
  return entries
    .filter((entry) => entry.stage === null && (entry.architecture === architecture || entry.architecture === null))
    .sort((a, b) => there(a) - there(b));
}

/** Networks of own runs that a teacher or a student can go on from, newest run first: of any architecture that it may have. */
export const runsFor = (stage: 'teacher' | 'student', entries: readonly WeightsEntry[]): WeightsEntry[] =>
  entries.filter(
    (entry) =>
      entry.stage !== null &&
      entry.architecture !== null &&
      (stage === 'teacher' || studentArchitectures.includes(entry.architecture)),
  );
