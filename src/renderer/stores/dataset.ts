import { create } from 'zustand';
import type { CheckResult, Conflict, DatasetIndex, LineChange, Repairable } from '../../shared/contract/dataset.ts';
import { call } from '../api/client.ts';
import type { Filter, Order } from '../data/filter.ts';
import { noFilter, toggled } from '../data/filter.ts';
import type { Edit, ImageState, LabelCounts, Labelled } from '../data/labelEdits.ts';
import {
  applied,
  changedImages,
  countLabels,
  editOf,
  labelledFrom,
  lineChanges,
  withChanges,
} from '../data/labelEdits.ts';
import { scoreBytes } from '../tune/scores.ts';
import { attempt, onDatasetChanged, useStudio } from './studio.ts';

/** What a finished run's INT8 model says of the validation images, for spotting wrong labels. */
export interface ModelOpinion {
  readonly runName: string;
  readonly run: string;
  readonly vocabulary: readonly string[];
  /** [images, classes] codes by path. */
  readonly codes: ReadonlyMap<string, Uint8Array>;
  readonly thresholds: readonly number[];
}

interface DatasetState {
  readonly project: string | null;
  readonly index: DatasetIndex | null;
  readonly labelled: Labelled;
  readonly counts: LabelCounts | null;
  readonly edited: ReadonlySet<number>;
  readonly undone: readonly Edit[];
  readonly done: readonly Edit[];
  readonly saving: boolean;
  readonly conflicts: readonly Conflict[];
  readonly check: CheckResult | null;
  readonly opinion: ModelOpinion | null;
  readonly filter: Filter;
  readonly order: Order;
  /** Edge of the thumbnails on screen, in CSS pixels. */
  readonly edge: number;
  readonly selected: ReadonlySet<number>;
  readonly focus: number | null;
  /** The image that is shown alone. */
  readonly viewer: number | null;
  /** The split maker is open over label files that are there. */
  readonly splitting: boolean;
}

const nothing: Labelled = { vocabulary: [], states: [] };
const fresh = {
  index: null,
  labelled: nothing,
  counts: null,
  edited: new Set<number>(),
  undone: [],
  done: [],
  saving: false,
  conflicts: [],
  check: null,
  opinion: null,
  filter: noFilter,
  order: 'file' as Order,
  selected: new Set<number>(),
  focus: null,
  viewer: null,
  splitting: false,
};

export const useDataset = create<DatasetState>(() => ({ project: null, edge: 148, ...fresh }));
const set = useDataset.setState;
const get = useDataset.getState;

export const pendingCount = (state: DatasetState): number => state.edited.size;

/** Reads the label files; edits that were not saved stay on top of them. */
export async function loadDataset(project: string): Promise<void> {
  const same = get().project === project && get().index !== null;
  const pending = same ? lineChanges(get().index!, get().labelled) : null;
  if (!same) {
    flushDraft();
    set({ project, ...fresh });
  }
  const index = await attempt(() => call('dataset.read', { project }));
  if (index === null || get().project !== project) return;
  show(index, pending ?? index.draft);
  if (same) return;
  const { result } = await call('dataset.lastCheck', { project }).catch(() => ({ result: null }));
  if (get().project === project) set({ check: result });
}

function show(index: DatasetIndex, pending: readonly LineChange[]): void {
  const { labelled, lost } =
    pending.length === 0 ? { labelled: labelledFrom(index), lost: [] } : withChanges(index, pending);
  const old = get().index;
  const sameImages =
    old !== null &&
    old.paths.length === index.paths.length &&
    old.paths.every((path, i) => path === index.paths[i] && old.split[i] === index.split[i]) &&
    old.vocabulary.join('\n') === index.vocabulary.join('\n');
  set({
    index,
    labelled,
    counts: countLabels(labelled),
    edited: new Set(changedImages(index, labelled)),
    ...(!sameImages && {
      done: [],
      undone: [],
      selected: new Set<number>(),
      focus: index.paths.length > 0 ? 0 : null,
      viewer: null,
      filter: old === null ? noFilter : { ...noFilter, view: get().filter.view },
    }),
    conflicts: lost.map(({ split, line, path, after }) => ({
      split,
      line,
      path,
      yours: after,
      disk: diskLabels(index, path),
    })),
  });
}

function diskLabels(index: DatasetIndex, path: string): string[] | null {
  const at = index.paths.indexOf(path);
  return at < 0 ? null : index.labels[at]!.map((label) => index.vocabulary[label]!);
}

onDatasetChanged((project) => {
  if (project === get().project && !get().saving) void loadDataset(project);
});

const DRAFT_AFTER_MS = 400;
let draftTimer: ReturnType<typeof setTimeout> | null = null;

/** Edits are kept on disk at once, aside: a crash loses none. */
function keepDraft(): void {
  if (draftTimer !== null) clearTimeout(draftTimer);
  draftTimer = setTimeout(flushDraft, DRAFT_AFTER_MS);
}

/** At once: another project is about to be shown, or the window goes away. */
export function flushDraft(): void {
  if (draftTimer === null) return;
  clearTimeout(draftTimer);
  draftTimer = null;
  const { project, index, labelled } = get();
  if (project !== null && index !== null)
    void attempt(() => call('dataset.draft', { project, changes: lineChanges(index, labelled) }));
}

function become(labelled: Labelled, rest: Partial<DatasetState>): void {
  const { index } = get();
  if (index === null) return;
  set({ labelled, counts: countLabels(labelled), edited: new Set(changedImages(index, labelled)), ...rest });
  keepDraft();
}

export function changeImages(
  images: readonly number[],
  change: (state: ImageState, image: number) => ImageState,
): void {
  const { labelled, done } = get();
  const edit = editOf(labelled, images, change);
  if (edit !== null) become(applied(labelled, edit, edit.after), { done: [...done, edit], undone: [] });
}

export function undo(): void {
  const { labelled, done, undone } = get();
  const edit = done.at(-1);
  if (edit !== undefined)
    become(applied(labelled, edit, edit.before), { done: done.slice(0, -1), undone: [...undone, edit] });
}

export function redo(): void {
  const { labelled, done, undone } = get();
  const edit = undone.at(-1);
  if (edit !== undefined)
    become(applied(labelled, edit, edit.after), { done: [...done, edit], undone: undone.slice(0, -1) });
}

/** The number of a label; a new name joins the vocabulary. */
export function labelNumber(name: string): number {
  const { labelled } = get();
  const plain = name.trim().normalize('NFC');
  const found = labelled.vocabulary.indexOf(plain);
  if (found >= 0) return found;
  const grown = { ...labelled, vocabulary: [...labelled.vocabulary, plain] };
  set({ labelled: grown, counts: countLabels(grown) });
  return grown.vocabulary.length - 1;
}

export async function saveEdits(): Promise<void> {
  const { project, index, labelled, saving } = get();
  if (project === null || index === null || saving) return;
  const changes = lineChanges(index, labelled);
  if (changes.length === 0) return;
  set({ saving: true });
  const result = await attempt(() => call('dataset.save', { project, changes }));
  if (result?.state === 'conflicts') set({ conflicts: result.conflicts });
  if (result?.state === 'saved') {
    const read = await attempt(() => call('dataset.read', { project }));
    if (read !== null) show(read, []);
    checkAgain();
  }
  set({ saving: false });
}

/** What was found before may be put right now. Images that did not change are not opened again. */
function checkAgain(): void {
  if ((get().check?.problems.length ?? 0) > 0) void runCheck();
}

/** Puts one kind of problem right in the label files themselves; unsaved edits stay. Gives the number of lines. */
export async function repairLines(code: Repairable): Promise<number | null> {
  const { project } = get();
  if (project === null) return null;
  const repaired = await attempt(() => call('dataset.repair', { project, code }));
  if (repaired === null || get().project !== project) return null;
  await loadDataset(project);
  checkAgain();
  return repaired.lines;
}

/** One side of a line that both changed: 'mine' is written over what stands there now. */
export async function resolveConflict(conflict: Conflict, side: 'mine' | 'theirs'): Promise<void> {
  const { project, conflicts } = get();
  if (project === null) return;
  if (side === 'mine' && conflict.disk !== null) {
    const change: LineChange = {
      split: conflict.split,
      line: conflict.line,
      path: conflict.path,
      before: conflict.disk,
      after: conflict.yours,
      to: conflict.split,
    };
    const result = await attempt(() => call('dataset.save', { project, changes: [change] }));
    if (result === null) return;
  }
  const { index, labelled } = get();
  const left = conflicts.filter((other) => other !== conflict);
  const others =
    index === null
      ? []
      : lineChanges(index, labelled).filter(({ path, split }) => path !== conflict.path || split !== conflict.split);
  const read = await attempt(() => call('dataset.read', { project }));
  if (read === null) return;
  show(read, others);
  set({ conflicts: left });
}

export async function runCheck(): Promise<void> {
  const { project } = get();
  if (project === null) return;
  const check = await attempt(() => call('dataset.check', { project }));
  if (check !== null && get().project === project) set({ check });
}

/** The newest finished run's scores on validation: what it doubts comes first. */
export async function loadOpinion(): Promise<void> {
  const { project } = get();
  const run = useStudio
    .getState()
    .runs.findLast(
      ({ trashed, stages }) =>
        !trashed && stages.some(({ stage, state }) => stage === 'thresholds' && state === 'finished'),
    );
  if (project === null || run === undefined || get().opinion?.run === run.id) return;
  const tune = await call('tune.read', { project, run: run.id }).catch(() => null);
  if (tune === null || get().project !== project) return;
  const { codes } = scoreBytes(tune.val);
  const classes = tune.labels.length;
  set({
    opinion: {
      run: run.id,
      runName: run.name,
      vocabulary: tune.labels,
      thresholds: tune.saved.map(({ k }) => k),
      codes: new Map(tune.val.paths.map((path, i) => [path, codes.subarray(i * classes, (i + 1) * classes)])),
    },
  });
}

export const setFilter = (part: Partial<Filter>): void =>
  set({ filter: { ...get().filter, ...part }, selected: new Set<number>() });
export const toggleLabel = (label: number, how: 'any' | 'all' | 'not'): void =>
  set({ filter: toggled(get().filter, label, how), selected: new Set<number>() });
export const addFilterLabel = (label: number): void => set({ filter: { ...noFilter, any: [label] }, viewer: null });
export const openViewer = (image: number | null): void =>
  set(image === null ? { viewer: null } : { viewer: image, focus: image });
