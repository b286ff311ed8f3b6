import type { RunSummary } from '../../shared/contract/runs.ts';

/** Repeats: scored runs that differ in nothing but the seed. */
export interface Repeats {
  readonly runs: readonly RunSummary[];
  /** Of the INT8 model's macro average precision on validation; the spread is the sample standard deviation. */ readonly mean: number;
  readonly spread: number;
}

type Row = {
  readonly run: RunSummary;
  /** At the first of its repeats. */ readonly repeats: Repeats | null;
  /** Below the first of its repeats. */ readonly follows: boolean;
};

/** Rows in the given order, except that repeats stand together where the first of them stands. */
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
