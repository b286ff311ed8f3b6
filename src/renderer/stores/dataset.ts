import { create } from 'zustand';
import type { CheckResult, DatasetIndex, LineChange, Repairable } from '../../shared/contract/dataset.ts';
import { call } from '../api/client.ts';
import type { OpenConflict } from '../data/conflicts.ts';
import { apartFrom, conflictsOf, openConflicts } from '../data/conflicts.ts';
import type { Filter, Order, Shown } from '../data/filter.ts';
import { comparing, filtered, filterIn, noFilter, pathsByFinding } from '../data/filter.ts';
import type { Edit, ImageState, LabelCounts, Labeled } from '../data/labelEdits.ts';
import {
  applied,
  changedImages,
  changesSince,
  countLabels,
  editOf,
  labeledFrom,
  lineChanges,
  withChanges,
} from '../data/labelEdits.ts';
import type { Place } from '../data/place.ts';
import { placeIn, placeOfEdit, renumbered } from '../data/place.ts';
import { renumberedEdits, renumbering } from '../data/renumbering.ts';
import type { ModelOpinion } from '../data/suspicion.ts';
import { allDoubts, suspicionOf } from '../data/suspicion.ts';
import { scoreBytes } from '../tune/scores.ts';
import { attempt, onDatasetChanged, useStudio } from './studio.ts';

export interface DatasetState extends Place {
  readonly project: string | null;
  readonly index: DatasetIndex | null;
  readonly labeled: Labeled;
  readonly counts: LabelCounts | null;
  readonly edited: ReadonlySet<number>;
  readonly undone: readonly Edit[];
  readonly done: readonly Edit[];
  readonly saving: boolean;
  readonly conflicts: readonly OpenConflict[];
  readonly check: CheckResult | null;
  readonly opinion: ModelOpinion | null;
  readonly filter: Filter;
  readonly order: Order;
  /** Edge length of the thumbnails, in CSS pixels. */
  readonly edge: number;
  /**
   * Labels by frequency in the label files, most frequent first. Edits do not reorder them, so each keeps its digit
   * key.
   */
  readonly frequent: readonly number[];
  /** True while existing label files are being split again. */
  readonly splitting: boolean;
}

const nothing: Labeled = { vocabulary: [], states: [] };
const fresh = {
  index: null,
  labeled: nothing,
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
  frequent: [],
  shown: [],
  selected: new Set<number>(),
  focus: null,
  viewer: null,
  splitting: false,
};

export const useDataset = create<DatasetState>(() => ({ project: null, edge: 148, ...fresh }));
const set = useDataset.setState;
const get = useDataset.getState;

export const pendingCount = (state: DatasetState): number => state.edited.size;

/** Everything that filter and order depend on. */
export function shownFacts(state: DatasetState): Shown {
  const { index, labeled, edited, check, opinion } = state;
  const paths = index?.paths ?? [];
  return {
    paths,
    labeled,
    edited,
    suspicion: new Map([...allDoubts(paths, labeled, opinion)].map(([image, found]) => [image, suspicionOf(found)])),
    problemPaths: pathsByFinding(check?.findings ?? index?.findings ?? []),
  };
}

function listed(state: DatasetState): Place {
  const facts = shownFacts(state);
  return placeIn(state, filtered(state.filter, state.order, facts), comparing(state.order, facts));
}

/** Rebuilds the list, only for a new filter, order or view, or a refresh; never because of an edit. */
export const refreshShown = (): void => set(listed(get()));

/** Reads the label files and applies the unsaved edits to them. */
export async function loadDataset(project: string): Promise<void> {
  const same = get().project === project && get().index !== null;
  if (!same) {
    flushDraft();
    set({ project, ...fresh });
  }
  const index = await attempt(() => call('dataset.read', { project }));
  if (index === null || get().project !== project) return;
  // Edits may have been made while the files were being read.
  const { index: before, labeled } = get();
  show(index, before === null ? index.draft : lineChanges(before, labeled));
  if (same) return;
  const { result } = await call('dataset.lastCheck', { project }).catch(() => ({ result: null }));
  if (get().project === project) set({ check: result });
}

function show(index: DatasetIndex, pending: readonly LineChange[]): void {
  const before = get();
  const { labeled, lost } =
    pending.length === 0 ? { labeled: labeledFrom(index), lost: [] } : withChanges(index, pending);
  const now: DatasetState = {
    ...before,
    index,
    labeled,
    counts: countLabels(labeled),
    edited: new Set(changedImages(index, labeled)),
    frequent: byFrequency(index, labeled),
    conflicts: openConflicts(index, before.conflicts, lost),
  };
  set(before.index === null ? { ...now, ...listed(now) } : { ...now, ...renumberedState(before, before.index, now) });
}

function byFrequency(index: DatasetIndex, { vocabulary }: Labeled): number[] {
  const { all } = countLabels(labeledFrom(index));
  return vocabulary.map((_, label) => label).sort((a, b) => (all[b] ?? 0) - (all[a] ?? 0));
}

/** Carries filter, history and place over to reread label files, in which lines may have come, gone or moved. */
function renumberedState(before: DatasetState, index: DatasetIndex, now: DatasetState): Partial<DatasetState> {
  const numbers = renumbering({ index, labeled: before.labeled }, { index: now.index!, labeled: now.labeled });
  const filter = filterIn(before.filter, (label) => numbers.label(label));
  const facts = shownFacts(now);
  const passing = new Set(numbers.added.length === 0 ? [] : filtered(filter, now.order, facts));
  return {
    filter,
    done: renumberedEdits(before.done, numbers),
    undone: renumberedEdits(before.undone, numbers),
    ...renumbered(
      before,
      (image) => numbers.image(image),
      numbers.added.filter((image) => passing.has(image)),
      comparing(now.order, facts),
    ),
  };
}

onDatasetChanged((project) => {
  if (project === get().project && !get().saving) void loadDataset(project);
});

const DRAFT_AFTER_MS = 400;
let draftTimer: ReturnType<typeof setTimeout> | null = null;

/** Edits are written to a draft file immediately, so that a crash loses none. */
function keepDraft(): void {
  if (draftTimer !== null) clearTimeout(draftTimer);
  draftTimer = setTimeout(flushDraft, DRAFT_AFTER_MS);
}

/** Writes the draft immediately, before another project is shown or the window closes. */
export function flushDraft(): void {
  if (draftTimer === null) return;
  clearTimeout(draftTimer);
  draftTimer = null;
  const { project, index, labeled, conflicts } = get();
  if (project === null || index === null) return;
  const changes = [...apartFrom(lineChanges(index, labeled), conflicts), ...conflicts.map(({ change }) => change)];
  void attempt(() => call('dataset.draft', { project, changes }));
}

function become(labeled: Labeled, rest: Partial<DatasetState>): void {
  const { index } = get();
  if (index === null) return;
  set({ labeled, counts: countLabels(labeled), edited: new Set(changedImages(index, labeled)), ...rest });
  keepDraft();
}

export function changeImages(
  images: readonly number[],
  change: (state: ImageState, image: number) => ImageState,
): Edit | null {
  const { labeled, done } = get();
  const edit = editOf(labeled, images, change);
  if (edit !== null) become(applied(labeled, edit, edit.after), { done: [...done, edit], undone: [] });
  return edit;
}

export function undo(): void {
  const { done, undone } = get();
  const edit = done.at(-1);
  if (edit !== undefined) stepTo(edit, edit.before, { done: done.slice(0, -1), undone: [...undone, edit] });
}

export function redo(): void {
  const { done, undone } = get();
  const edit = undone.at(-1);
  if (edit !== undefined) stepTo(edit, edit.after, { done: [...done, edit], undone: undone.slice(0, -1) });
}

/** Applies one side of an edit and returns to its place, so that no change happens out of sight. */
function stepTo(edit: Edit, side: readonly ImageState[], history: Pick<DatasetState, 'done' | 'undone'>): void {
  const state = get();
  const labeled = applied(state.labeled, edit, side);
  const compare = comparing(state.order, shownFacts({ ...state, labeled }));
  become(labeled, { ...history, ...placeOfEdit(state, edit.images, compare) });
}

/** The number of a label; a new name is added to the vocabulary. */
export function labelNumber(name: string): number {
  const { labeled } = get();
  const plain = name.trim().normalize('NFC');
  const found = labeled.vocabulary.indexOf(plain);
  if (found >= 0) return found;
  const grown = { ...labeled, vocabulary: [...labeled.vocabulary, plain] };
  set({ labeled: grown, counts: countLabels(grown), frequent: [...get().frequent, labeled.vocabulary.length] });
  return grown.vocabulary.length - 1;
}

export async function saveEdits(): Promise<void> {
  const { project, index, labeled, saving } = get();
  if (project === null || index === null || saving) return;
  const changes = lineChanges(index, labeled);
  if (changes.length === 0) return;
  set({ saving: true });
  const result = await attempt(() => call('dataset.save', { project, changes }));
  if (get().project !== project) return;
  if (result?.state === 'conflicts') set({ conflicts: conflictsOf(result.conflicts, changes) });
  if (result?.state === 'saved') {
    const read = await attempt(() => call('dataset.read', { project }));
    if (get().project !== project) return;
    // Edits made during the save are not in the files.
    if (read !== null) showPending(read, changesSince(index, labeled, get().labeled));
    checkAgain();
  }
  set({ saving: false });
}

/** A save empties the draft on disk, so pending edits are written to it again. */
function showPending(index: DatasetIndex, pending: readonly LineChange[]): void {
  show(index, pending);
  if (pending.length > 0 || get().conflicts.length > 0) keepDraft();
}

/** Repeats the check after a fix. Unchanged images are not opened again. */
function checkAgain(): void {
  if ((get().check?.findings.length ?? 0) > 0) void runCheck();
}

/** Fixes one kind of problem in the label files themselves; unsaved edits stay. Resolves to the number of lines. */
export async function repairLines(code: Repairable): Promise<number | null> {
  const { project } = get();
  if (project === null) return null;
  const repaired = await attempt(() => call('dataset.repair', { project, code }));
  if (repaired === null || get().project !== project) return null;
  await loadDataset(project);
  checkAgain();
  return repaired.lines;
}

/**
 * Resolves a conflict: 'mine' overwrites the line in the file. Every other edit that is
 * not saved, and every other conflict, stays.
 */
export async function resolveConflict(conflict: OpenConflict, side: 'mine' | 'theirs'): Promise<void> {
  const { project } = get();
  if (project === null) return;
  if (side === 'mine' && conflict.disk !== null) {
    const change: LineChange = { ...conflict.change, before: conflict.disk };
    const result = await attempt(() => call('dataset.save', { project, changes: [change] }));
    if (result === null || get().project !== project) return;
    if (result.state === 'conflicts') {
      // The line changed again: show its current text and let the user decide again.
      const again = conflictsOf(result.conflicts, [conflict.change]);
      set({ conflicts: [...othersThan(conflict), ...again] });
      return;
    }
  }
  const read = await attempt(() => call('dataset.read', { project }));
  const { index, labeled } = get();
  if (read === null || index === null || get().project !== project) return;
  set({ conflicts: othersThan(conflict) });
  showPending(read, apartFrom(lineChanges(index, labeled), [conflict]));
}

const othersThan = ({ split, path }: OpenConflict): OpenConflict[] =>
  get().conflicts.filter((other) => other.path !== path || other.split !== split);

export async function runCheck(): Promise<void> {
  const { project } = get();
  if (project === null) return;
  const check = await attempt(() => call('dataset.check', { project }));
  if (check !== null && get().project === project) set({ check });
}

/** Loads the newest finished run's scores on validation, to sort by doubt. */
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
