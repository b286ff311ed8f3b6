import { create } from 'zustand';
import type { Tune } from '../../shared/contract/tune.ts';
import type { Confusion } from '../../shared/metrics/metrics.ts';
import type { Histogram } from '../../shared/metrics/thresholds.ts';
import { confusionByK, histogram } from '../../shared/metrics/thresholds.ts';
import { call } from '../api/client.ts';
import { attempt } from '../stores/studio.ts';
import type { TuneGoal } from './goals.ts';
import { bestK } from './goals.ts';
import type { ScoreBytes } from './scores.ts';
import { scoreBytes } from './scores.ts';

export interface Threshold { readonly k: number; readonly tuned: boolean; readonly locked: boolean }

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
  readonly goals: Readonly<Record<number, TuneGoal>>;
  readonly label: number;
  readonly done: readonly (readonly Threshold[])[];
  readonly undone: readonly (readonly Threshold[])[];
  readonly saving: boolean;
}

const fresh = { tune: null, val: null, test: null, thresholds: [], saved: [], goals: {}, label: 0, done: [], undone: [], saving: false };
export const useTune = create<TuneState>(() => ({ key: null, ...fresh }));
const set = useTune.setState;
const get = useTune.getState;

export async function loadTune(project: string, run: string): Promise<void> {
  const key = `${project}/${run}`;
  if (get().key === key && get().tune !== null) return;
  set({ key, ...fresh });
  const tune = await attempt(() => call('tune.read', { project, run }));
  if (tune !== null && get().key === key) show(tune);
}

function show(tune: Tune): void {
  const val = counted(tune.val, tune.labels.length);
  const weakest = tune.labels.map((_, c) => c).filter((c) => val.histograms[c]!.totalPositives > 0).sort((a, b) => f1(val.tables[a]![tune.saved[a]!.k]!) - f1(val.tables[b]![tune.saved[b]!.k]!))[0] ?? 0;
  set({ tune, val, test: tune.test === null ? null : counted(tune.test, tune.labels.length), thresholds: tune.saved, saved: tune.saved, label: weakest });
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
  set({ saving: true });
  timer = setTimeout(() => void write(), SAVE_AFTER_MS);
}

async function write(): Promise<void> {
  const { key, thresholds } = get();
  const [project, run] = (key ?? '/').split('/') as [string, string];
  await attempt(() => call('tune.save', { project, run, thresholds: [...thresholds] }));
  if (get().thresholds === thresholds) set({ saving: false });
}

function become(thresholds: readonly Threshold[]): void {
  const { thresholds: before, done } = get();
  if (thresholds.every(({ k, locked }, c) => k === before[c]!.k && locked === before[c]!.locked)) return;
  set({ thresholds, done: [...done, before], undone: [] });
  keep();
}

const replaced = (label: number, part: Partial<Threshold>): Threshold[] => get().thresholds.map((own, c) => (c === label ? { ...own, ...part } : own));
const clamp = (k: number): number => Math.min(256, Math.max(0, Math.round(k)));

export const setThreshold = (label: number, k: number): void => { if (get().thresholds[label]?.locked === false) become(replaced(label, { k: clamp(k) })); };

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

export const toggleLock = (label: number): void => become(replaced(label, { locked: !get().thresholds[label]!.locked }));
export const reset = (label: number): void => { const found = get().tune?.found[label]; if (found !== undefined) setThreshold(label, found); };
export const resetAll = (): void => { const { tune } = get(); if (tune !== null) become(get().thresholds.map((own, c) => (own.locked ? own : { ...own, k: tune.found[c]! }))); };

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

export function applyGoal(labels: readonly number[], goal: TuneGoal): void {
  const { val, thresholds, goals } = get();
  if (val === null) return;
  set({ goals: { ...goals, ...Object.fromEntries(labels.map((label) => [label, goal])) } });
  become(thresholds.map((own, c) => {
    if (own.locked || !labels.includes(c)) return own;
    const best = bestK(val.tables[c]!, goal);
    return best === null ? own : { ...own, k: best.k };
  }));
}
