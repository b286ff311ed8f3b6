import { create } from 'zustand';
import type { Tune } from '../../shared/contract/tune.ts';
import type { LabelGoal } from '../../shared/metrics/goal.ts';
import { confusionByK, histogram } from '../../shared/metrics/thresholds.ts';
import { call } from '../api/client.ts';
import { toProblemData } from '../../shared/problem.ts';
import type { Edit } from '../data/labelEdits.ts';
import { redo as redoLabels, undo as undoLabels, useDataset } from '../stores/dataset.ts';
import { attempt, useStudio } from '../stores/studio.ts';
import { f1 } from '../../shared/metrics/ratios.ts';
import { bestK } from './goals.ts';
import type { Counted, Threshold } from './scores.ts';
import { scoreBytes } from './scores.ts';
import type { Group } from './tuneOrder.ts';
import { tuneOrder } from './tuneOrder.ts';

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
  /** The order of the labels. It stays fixed while thresholds move, so that a key never reaches an unexpected label. */
  readonly order: readonly Group[];
  readonly view: TuneView;
  /** The image chosen in the error gallery of a label. */
  readonly chosen: { readonly label: number; readonly path: string } | null;
  readonly done: readonly Step[];
  readonly undone: readonly Step[];
  /** True when the thresholds on screen are saved in the run's folder. */
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

/** Set by the explicit click that reveals test figures beside validation's. */
export async function openTest(project: string, run: string): Promise<void> {
  const tune = await attempt(() => call('tune.openTest', { project, run }));
  if (tune === null || get().key !== `${project}/${run}`) return;
  set({ tune, test: tune.test === null ? null : counted(tune.test, tune.labels.length) });
}

const SAVE_AFTER_MS = 500;
let timer: ReturnType<typeof setTimeout> | undefined;
let dragStart: readonly Threshold[] | null = null;

/** Thresholds are saved automatically soon after the last change. */
function keep(): void {
  const { key } = get();
  clearTimeout(timer);
  set({ keeping: 'soon' });
  if (key !== null) timer = setTimeout(() => void write(key), SAVE_AFTER_MS);
}

/**
 * Saves immediately instead of soon, because another run is about to be shown, an export reads the thresholds, or the
 * window is closing. Resolves when all changes so far are saved or have failed.
 */
export function flush(): Promise<void> {
  // End the drag here: its start refers to this run's thresholds, not to the next run's.
  dropThreshold();
  const { key, keeping } = get();
  if (key === null) return Promise.resolve();
  if (keeping !== 'soon') return writing.get(key) ?? Promise.resolve();
  clearTimeout(timer);
  return write(key);
}

/** The last save of each run. Saves run one after another: of two at once, the older could land last. */
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
    // Newer thresholds of the same run have their own save; another run's save must not replace this one.
    if (!isNewest()) return;
    if (problem?.kind !== 'busy') {
      if (get().key === key) set({ keeping: problem === null ? 'kept' : 'failed' });
      if (problem !== null) useStudio.setState({ problem });
      return;
    }
    // The run is briefly locked by an export or a note: retry soon.
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

/** Dragging only moves the display; releasing makes one undo step. */
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
  // The labels were edited elsewhere since, or renumbered by a save: their history ends here, this one continues.
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

/** Shows the label that changes and saves it: an export ships what is shown. */
function backTo(thresholds: readonly Threshold[], from: readonly Threshold[]): void {
  const changed = changedLabels(from, thresholds);
  const { label } = get();
  set({ thresholds, label: changed.includes(label) ? label : (changed[0] ?? label) });
  keep();
}

const showCorrection = ({ label, path }: { readonly label: number; readonly path: string }): void =>
  set({ label, view: 'errors', chosen: { label, path } });

/** Records that the newest label edit was made on this screen, so that undo reverts it in its turn. */
export function corrected(label: number, path: string, edit: Edit): void {
  set({ done: [...get().done, { kind: 'correction', label, path, edit }], undone: [] });
}

/** Sorts the labels again at the user's request. */
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

/** A label without a positive image keeps its threshold; the goal is stored for later. */
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
