import { create } from 'zustand';
import type { Tune } from '../../shared/contract/tune.ts';
import type { Confusion } from '../../shared/metrics/metrics.ts';
import type { LabelGoal } from '../../shared/metrics/goal.ts';
import type { Histogram } from '../../shared/metrics/thresholds.ts';
import { confusionByK, histogram } from '../../shared/metrics/thresholds.ts';
import { call } from '../api/client.ts';
import { toProblemData } from '../../shared/problem.ts';
import { attempt, useStudio } from '../stores/studio.ts';
import { bestK } from './goals.ts';
import type { ScoreBytes } from './scores.ts';
import { scoreBytes } from './scores.ts';

export interface Threshold {
  readonly k: number;
  readonly tuned: boolean;
  readonly locked: boolean;
  /** Null: the goal of the run's settings. */ readonly goal: LabelGoal | null;
}

/** One split's scores, counted per label. */
export interface Counted {
  readonly paths: readonly string[];
  readonly bytes: ScoreBytes;
  readonly histograms: readonly Histogram[];
  /** [label][k], k 0..256 */
  readonly tables: readonly (readonly Confusion[])[];
}

interface TuneState {
  readonly key: string | null;
  readonly tune: Tune | null;
  readonly val: Counted | null;
  readonly test: Counted | null;
  readonly thresholds: readonly Threshold[];
  readonly saved: readonly Threshold[];
  readonly label: number;
  readonly done: readonly (readonly Threshold[])[];
  readonly undone: readonly (readonly Threshold[])[];
  /** Whether what is shown stands in the run's folder. */
  readonly keeping: 'kept' | 'soon' | 'failed';
}

const fresh = {
  tune: null,
  val: null,
  test: null,
  thresholds: [],
  saved: [],
  label: 0,
  done: [],
  undone: [],
  keeping: 'kept' as const,
};
export const useTune = create<TuneState>(() => ({ key: null, ...fresh }));
const set = useTune.setState;
const get = useTune.getState;

export async function loadTune(project: string, run: string): Promise<void> {
  const key = `${project}/${run}`;
  if (get().key === key && get().tune !== null) return;
  flush();
  set({ key, ...fresh });
  const tune = await attempt(() => call('tune.read', { project, run }));
  if (tune !== null && get().key === key) show(tune);
}

function show(tune: Tune): void {
  const val = counted(tune.val, tune.labels.length);
  const weakest =
    tune.labels
      .map((_, c) => c)
      .filter((c) => val.histograms[c]!.totalPositives > 0)
      .sort((a, b) => f1(val.tables[a]![tune.saved[a]!.k]!) - f1(val.tables[b]![tune.saved[b]!.k]!))[0] ?? 0;
  set({
    tune,
    val,
    test: tune.test === null ? null : counted(tune.test, tune.labels.length),
    thresholds: tune.saved,
    saved: tune.saved,
    label: weakest,
  });
}

function counted(split: Tune['val'], classes: number): Counted {
  const bytes = scoreBytes(split);
  const histograms = Array.from({ length: classes }, (_, c) => histogram(bytes.codes, bytes.labels, classes, c));
  return { paths: split.paths, bytes, histograms, tables: histograms.map(confusionByK) };
}

export const f1 = ({ tp, fp, fn }: Confusion): number => (tp === 0 ? 0 : (2 * tp) / (2 * tp + fp + fn));
export const precision = ({ tp, fp }: Confusion): number => (tp + fp === 0 ? NaN : tp / (tp + fp));
export const recall = ({ tp, fn }: Confusion): number => (tp + fn === 0 ? NaN : tp / (tp + fn));

/** The explicit click: from here on test figures stand beside validation's. */
export async function openTest(project: string, run: string): Promise<void> {
  const tune = await attempt(() => call('tune.openTest', { project, run }));
  if (tune !== null) set({ tune, test: tune.test === null ? null : counted(tune.test, tune.labels.length) });
}

const SAVE_AFTER_MS = 500;
let timer: ReturnType<typeof setTimeout> | undefined;
let dragStart: readonly Threshold[] | null = null;

/** Thresholds are written by themselves, soon after the last change. */
function keep(): void {
  clearTimeout(timer);
  set({ keeping: 'soon' });
  timer = setTimeout(() => void write(), SAVE_AFTER_MS);
}

/** Writes at once what was to be written soon: another run is about to be shown, or the window goes away. */
export function flush(): void {
  if (get().keeping !== 'soon') return;
  clearTimeout(timer);
  void write();
}

async function write(): Promise<void> {
  const { key, thresholds } = get();
  const [project, run] = (key ?? '/').split('/') as [string, string];
  const problem = await call('tune.save', { project, run, thresholds: [...thresholds] }).then(
    () => null,
    toProblemData,
  );
  if (get().key !== key || get().thresholds !== thresholds) return;
  // The run is being exported, or noted upon: that is over soon.
  if (problem?.kind === 'busy') return keep();
  set({ keeping: problem === null ? 'kept' : 'failed' });
  if (problem !== null) useStudio.setState({ problem });
}

function become(thresholds: readonly Threshold[]): void {
  const { thresholds: before, done } = get();
  if (
    thresholds.every(
      ({ k, locked, goal }, c) =>
        k === before[c]!.k && locked === before[c]!.locked && JSON.stringify(goal) === JSON.stringify(before[c]!.goal),
    )
  )
    return;
  set({ thresholds, done: [...done, before], undone: [] });
  keep();
}

const replaced = (label: number, part: Partial<Threshold>): Threshold[] =>
  get().thresholds.map((own, c) => (c === label ? { ...own, ...part } : own));
const clamp = (k: number): number => Math.min(256, Math.max(0, Math.round(k)));

export const setThreshold = (label: number, k: number): void => {
  if (get().thresholds[label]?.locked === false) become(replaced(label, { k: clamp(k) }));
};

/** While dragging only the picture moves; letting go makes one step of undo. */
export function dragThreshold(label: number, k: number): void {
  if (get().thresholds[label]?.locked !== false) return;
  dragStart ??= get().thresholds;
  set({ thresholds: replaced(label, { k: clamp(k) }) });
}

export function dropThreshold(): void {
  if (dragStart === null) return;
  const before = dragStart;
  dragStart = null;
  set({ done: [...get().done, before], undone: [] });
  keep();
}

export const toggleLock = (label: number): void =>
  become(replaced(label, { locked: !get().thresholds[label]!.locked }));
export const reset = (label: number): void => {
  const found = get().tune?.found[label];
  if (found !== undefined && !get().thresholds[label]!.locked) become(replaced(label, { k: found, goal: null }));
};
export const resetAll = (): void => {
  const { tune } = get();
  if (tune !== null)
    become(get().thresholds.map((own, c) => (own.locked ? own : { ...own, k: tune.found[c]!, goal: null })));
};

export function undo(): void {
  const { thresholds, done, undone } = get();
  const before = done.at(-1);
  if (before === undefined) return;
  set({ thresholds: before, done: done.slice(0, -1), undone: [...undone, thresholds] });
  keep();
}

export function redo(): void {
  const { thresholds, done, undone } = get();
  const after = undone.at(-1);
  if (after === undefined) return;
  set({ thresholds: after, done: [...done, thresholds], undone: undone.slice(0, -1) });
  keep();
}

/** A label without a positive image keeps the goal for later and its threshold as it is. */
export function applyGoal(labels: readonly number[], goal: LabelGoal): void {
  const { val, thresholds } = get();
  if (val === null) return;
  become(
    thresholds.map((own, c) => {
      if (own.locked || !labels.includes(c)) return own;
      const best = bestK(val.tables[c]!, goal);
      return { ...own, goal, ...(best !== null && { k: best.k }) };
    }),
  );
}
