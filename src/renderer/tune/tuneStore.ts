import { create } from 'zustand';
import type { Tune } from '../../shared/contract/tune.ts';
import type { Confusion } from '../../shared/metrics/metrics.ts';
import type { LabelGoal } from '../../shared/metrics/goal.ts';
import type { Histogram } from '../../shared/metrics/thresholds.ts';
import { confusionByK, histogram } from '../../shared/metrics/thresholds.ts';
import { call } from '../api/client.ts';
import { toProblemData } from '../../shared/problem.ts';
import type { Edit } from '../data/labelEdits.ts';
import { redo as redoLabels, undo as undoLabels, useDataset } from '../stores/dataset.ts';
import { attempt, useStudio } from '../stores/studio.ts';
import { f1 } from '../../shared/metrics/ratios.ts';
import { bestK } from './goals.ts';
import type { ScoreBytes } from './scores.ts';
import { scoreBytes } from './scores.ts';
import type { Group } from './tuneOrder.ts';
import { tuneOrder } from './tuneOrder.ts';

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

/** One step of undo on this screen: thresholds, or a label that was corrected in the gallery. */
export type Step =
  | { readonly kind: 'thresholds'; readonly before: readonly Threshold[]; readonly after: readonly Threshold[] }
  | { readonly kind: 'correction'; readonly label: number; readonly path: string; readonly edit: Edit };

export type TuneView = 'scores' | 'errors' | 'confusions';

interface TuneState {
  readonly key: string | null;
  readonly tune: Tune | null;
  readonly val: Counted | null;
  readonly test: Counted | null;
  readonly thresholds: readonly Threshold[];
  readonly saved: readonly Threshold[];
  readonly label: number;
  /** The list of labels. It stays as it is while thresholds move, so that no key reaches another label than expected. */
  readonly order: readonly Group[];
  readonly view: TuneView;
  /** The image chosen in the error gallery of a label. */
  readonly chosen: { readonly label: number; readonly path: string } | null;
  readonly done: readonly Step[];
  readonly undone: readonly Step[];
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
  order: [],
  chosen: null,
  done: [],
  undone: [],
  keeping: 'kept' as const,
};
export const useTune = create<TuneState>(() => ({ key: null, view: 'scores', ...fresh }));
const set = useTune.setState;
const get = useTune.getState;

export async function loadTune(project: string, run: string): Promise<void> {
  const key = `${project}/${run}`;
  if (get().key === key && get().tune !== null) return;
  void flush();
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
      .sort((a, b) => f1(val.tables[a]![tune.saved[a]!.k]!, 0) - f1(val.tables[b]![tune.saved[b]!.k]!, 0))[0] ?? 0;
  set({
    tune,
    val,
    test: tune.test === null ? null : counted(tune.test, tune.labels.length),
    thresholds: tune.saved,
    saved: tune.saved,
    label: weakest,
    order: tuneOrder(val, tune.saved, tune.goal),
  });
}

function counted(split: Tune['val'], classes: number): Counted {
  const bytes = scoreBytes(split);
  const histograms = Array.from({ length: classes }, (_, c) => histogram(bytes.codes, bytes.labels, classes, c));
  return { paths: split.paths, bytes, histograms, tables: histograms.map(confusionByK) };
}

/** The explicit click: from here on test figures stand beside validation's. */
export async function openTest(project: string, run: string): Promise<void> {
  const tune = await attempt(() => call('tune.openTest', { project, run }));
  if (tune === null || get().key !== `${project}/${run}`) return;
  set({ tune, test: tune.test === null ? null : counted(tune.test, tune.labels.length) });
}

const SAVE_AFTER_MS = 500;
let timer: ReturnType<typeof setTimeout> | undefined;
let dragStart: readonly Threshold[] | null = null;

/** Thresholds are written by themselves, soon after the last change. */
function keep(): void {
  const { key } = get();
  clearTimeout(timer);
  set({ keeping: 'soon' });
  if (key !== null) timer = setTimeout(() => void write(key), SAVE_AFTER_MS);
}

/**
 * Writes at once what was to be written soon: another run is about to be shown, an export reads the thresholds, or the
 * window goes away. Resolves when everything that was changed so far is written or has failed.
 */
export function flush(): Promise<void> {
  // A drag ends here: its start belongs to this run's thresholds, not to those that are shown next.
  dropThreshold();
  const { key, keeping } = get();
  if (key === null) return Promise.resolve();
  if (keeping !== 'soon') return writing.get(key) ?? Promise.resolve();
  clearTimeout(timer);
  return write(key);
}

/** The last write of each run. They go one after the other: of two on their way at once, the older could land last. */
const writing = new Map<string, Promise<void>>();

function write(key: string): Promise<void> {
  const { thresholds } = get();
  const earlier = writing.get(key);
  const own = (earlier === undefined ? send(key, thresholds) : earlier.then(() => send(key, thresholds))).finally(
    () => {
      if (writing.get(key) === own) writing.delete(key);
    },
  );
  writing.set(key, own);
  return own;
}

async function send(key: string, thresholds: readonly Threshold[]): Promise<void> {
  const [project, run] = key.split('/') as [string, string];
  const isNewest = (): boolean => get().key !== key || get().thresholds === thresholds;
  for (;;) {
    const problem = await call('tune.save', { project, run, thresholds: [...thresholds] }).then(
      () => null,
      toProblemData,
    );
    // Newer thresholds of the same run have their own write; those of another run must not keep these from their own.
    if (!isNewest()) return;
    if (problem?.kind !== 'busy') {
      if (get().key === key) set({ keeping: problem === null ? 'kept' : 'failed' });
      if (problem !== null) useStudio.setState({ problem });
      return;
    }
    // The run is being exported or annotated; that is over soon.
    await new Promise((resolve) => setTimeout(resolve, SAVE_AFTER_MS));
    if (!isNewest()) return;
  }
}

function become(thresholds: readonly Threshold[]): void {
  const { thresholds: before, done } = get();
  if (changedLabels(before, thresholds).length === 0) return;
  set({ thresholds, done: [...done, { kind: 'thresholds', before, after: thresholds }], undone: [] });
  keep();
}

const changedLabels = (before: readonly Threshold[], after: readonly Threshold[]): number[] =>
  after.flatMap(({ k, locked, goal }, c) => {
    const was = before[c]!;
    const same = k === was.k && locked === was.locked && JSON.stringify(goal) === JSON.stringify(was.goal);
    return same ? [] : [c];
  });

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
  const after = get().thresholds;
  dragStart = null;
  set({ thresholds: before });
  become(after);
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
  dropThreshold();
  const { done, undone } = get();
  const step = done.at(-1);
  if (step === undefined) return;
  set({ done: done.slice(0, -1), undone: [...undone, step] });
  if (step.kind === 'thresholds') return backTo(step.before, step.after);
  if (useDataset.getState().done.at(-1) === step.edit) {
    undoLabels();
    return showCorrection(step);
  }
  // The labels were edited elsewhere since, or saved with new numbers: that history ends here, this one goes on.
  set({ undone });
  undo();
}

export function redo(): void {
  dropThreshold();
  const { done, undone } = get();
  const step = undone.at(-1);
  if (step === undefined) return;
  set({ done: [...done, step], undone: undone.slice(0, -1) });
  if (step.kind === 'thresholds') return backTo(step.after, step.before);
  if (useDataset.getState().undone.at(-1) === step.edit) {
    redoLabels();
    return showCorrection(step);
  }
  set({ done });
  redo();
}

/** Shows the label that changes, and writes it: an export ships what is shown. */
function backTo(thresholds: readonly Threshold[], from: readonly Threshold[]): void {
  const changed = changedLabels(from, thresholds);
  const { label } = get();
  set({ thresholds, label: changed.includes(label) ? label : (changed[0] ?? label) });
  keep();
}

const showCorrection = ({ label, path }: { readonly label: number; readonly path: string }): void =>
  set({ label, view: 'errors', chosen: { label, path } });

/** Remembers that the newest edit of the labels was made here, so that undo takes it back in its turn. */
export function corrected(label: number, path: string, edit: Edit): void {
  set({ done: [...get().done, { kind: 'correction', label, path, edit }], undone: [] });
}

/** Sorts the labels again, on purpose. */
export function sortAgain(): void {
  const { val, thresholds, tune } = get();
  if (val !== null && tune !== null) set({ order: tuneOrder(val, thresholds, tune.goal) });
}

export function stepLabel(by: number): void {
  const { order, label } = get();
  const labels = order.flatMap((group) => group.labels);
  const next = labels[Math.min(labels.length - 1, Math.max(0, labels.indexOf(label) + by))];
  if (next !== undefined) set({ label: next });
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
