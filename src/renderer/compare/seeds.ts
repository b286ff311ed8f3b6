import type { RunSummary } from '../../shared/contract/runs.ts';

/** Repeats are scored runs that differ only in the seed. */
export interface Repeats {
  readonly runs: readonly RunSummary[];
  /** Mean of the INT8 models' macro average precision on validation; the spread is the sample standard deviation. */
  readonly mean: number;
  readonly spread: number;
}

type Row = {
  readonly run: RunSummary;
  /** Set on the first row of a group of repeats. */ readonly repeats: Repeats | null;
  /** True on the other rows of the group. */ readonly follows: boolean;
};

/** Rows in the given order, except that repeats follow the first of their group. */
export function rowsWithRepeats(sorted: readonly RunSummary[]): Row[] {
  const groups = new Map(
    [
      ...Map.groupBy(
        sorted.filter(({ val }) => val.int8Ap !== null),
        settingsBesideSeed,
      ),
    ].flatMap(([key, runs]): [string, Repeats][] => {
      if (new Set(runs.map(({ config }) => config.seed)).size < 2) return [];
      const values = runs.map(({ val }) => val.int8Ap!);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return [
        [
          key,
          {
            runs,
            mean,
            spread: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)),
          },
        ],
      ];
    }),
  );
  const rows: Row[] = [];
  const placed = new Set<RunSummary>();
  for (const run of sorted) {
    if (placed.has(run)) continue;
    const repeats = run.val.int8Ap === null ? null : (groups.get(settingsBesideSeed(run)) ?? null);
    (repeats?.runs ?? [run]).forEach((own, at) => {
      placed.add(own);
      rows.push({ run: own, repeats: at === 0 ? repeats : null, follows: at > 0 });
    });
  }
  return rows;
}

const settingsBesideSeed = ({ config, valFingerprint, testFingerprint }: RunSummary): string =>
  `${valFingerprint} ${testFingerprint} ${JSON.stringify({ ...config, seed: 0 })}`;
