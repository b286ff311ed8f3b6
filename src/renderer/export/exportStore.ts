import { create } from 'zustand';
import type { Export } from '../../shared/contract/exports.ts';
import type { RunSummary } from '../../shared/contract/runs.ts';
import type { ProblemData } from '../../shared/problem.ts';
import { toProblemData } from '../../shared/problem.ts';
import { call } from '../api/client.ts';
import { flush } from '../tune/tuneStore.ts';

/** `check` verifies the existing bundle; `export` writes a new one and verifies it. */
export type ExportWork = 'export' | 'check';

interface ExportState {
  readonly run: string | null;
  readonly bundle: Export | null;
  /** True once it is known whether the run has a bundle. */
  readonly read: boolean;
  readonly fault: ProblemData | null;
  /** The run being exported or checked; another one may be on screen meanwhile. */
  readonly works: Readonly<Record<string, ExportWork>>;
}

export const useExport = create<ExportState>(() => ({ run: null, bundle: null, read: false, fault: null, works: {} }));
const set = useExport.setState;
const get = useExport.getState;

type ExportedRun = Pick<RunSummary, 'id' | 'project' | 'state'>;

/** Shows a run's bundle. A bundle that was never verified, as a run writes it, is verified first. */
export async function showExport(run: ExportedRun): Promise<void> {
  set({ run: run.id, bundle: null, read: false, fault: null });
  const bundle = await readBundle(run);
  if (bundle !== null && bundle.checks.length === 0 && run.state === 'finished') await work(run, 'check');
}

export const startExport = (run: ExportedRun): Promise<void> => work(run, 'export');

export const dismissFault = (): void => set({ fault: null });

async function work(run: ExportedRun, what: ExportWork): Promise<void> {
  if (get().works[run.id] !== undefined) return;
  set({ works: { ...get().works, [run.id]: what }, fault: null });
  // Save thresholds that were just moved: an export ships what is shown.
  if (what === 'export') await flush();
  await call(what === 'check' ? 'export.check' : 'export.start', { project: run.project, run: run.id }).catch(
    (error: unknown) => faultOf(run, error),
  );
  await readBundle(run);
  set({ works: Object.fromEntries(Object.entries(get().works).filter(([other]) => other !== run.id)) });
}

async function readBundle(run: ExportedRun): Promise<Export | null> {
  const { export: bundle } = await call('export.read', { project: run.project, run: run.id }).catch(
    (error: unknown) => {
      faultOf(run, error);
      return { export: null };
    },
  );
  if (get().run === run.id) set({ bundle, read: true });
  return bundle;
}

function faultOf(run: ExportedRun, error: unknown): void {
  if (get().run === run.id) set({ fault: toProblemData(error) });
}
