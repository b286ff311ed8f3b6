import type { Architecture } from '../../shared/architectures.ts';
import { studentArchitectures } from '../../shared/architectures.ts';
import type { WeightsEntry } from '../../shared/contract/weights.ts';

/** Weights that fit this network, installed ones first. A person's own files may be of any architecture. */
export function weightsFor(architecture: Architecture, entries: readonly WeightsEntry[]): WeightsEntry[] {
  const there = ({ path }: WeightsEntry): number => (path === null ? 1 : 0);
  return entries
    .filter((entry) => entry.stage === null && (entry.architecture === architecture || entry.architecture === null))
    .sort((a, b) => there(a) - there(b));
}

/** Networks from this project's runs usable as starting weights, newest first, of any allowed architecture. */
export const runsFor = (stage: 'teacher' | 'student', entries: readonly WeightsEntry[]): WeightsEntry[] =>
  entries.filter(
    (entry) =>
      entry.stage !== null &&
      entry.architecture !== null &&
      (stage === 'teacher' || studentArchitectures.includes(entry.architecture)),
  );

/** The catalog's weights of B3, which presets take for the teacher once they are here; null if they already are. */
export function largerTeacher(entries: readonly WeightsEntry[]): WeightsEntry | null {
  const published = entries.filter(({ architecture, host }) => architecture === 'efficientnet-b3' && host !== null);
  return published.every(({ path }) => path === null) ? (published[0] ?? null) : null;
}
