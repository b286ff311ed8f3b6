import type { ProblemData } from '../../../shared/problem.ts';
import { Problem, toProblemData } from '../../../shared/problem.ts';
import type { CatalogEntry } from './catalog.ts';
import type { FetchOptions } from './fetchWeights.ts';
import { fetchWeights, hostOf } from './fetchWeights.ts';

/** A first run does not wait longer than this for a network that sends nothing. */
const SILENCE_MS = 8000;

/** The file, or why there is none. */
type Fetched =
  { readonly file: string; readonly problem: null } | { readonly file: null; readonly problem: ProblemData };

/** Downloads an entry for a run that can also start without it: gives up after a few seconds without data. */
export async function fetchOrExplain(
  entry: CatalogEntry,
  { folder, proxy, signal, onProgress }: FetchOptions,
  silenceMs = SILENCE_MS,
): Promise<Fetched> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const file = await fetchWeights(entry, {
      folder,
      proxy,
      signal: AbortSignal.any([signal, silence.signal]),
      onProgress: (done, total) => {
        timer.refresh();
        onProgress(done, total);
      },
    });
    return { file, problem: null };
  } catch (error) {
    if (silence.signal.aborted)
      return {
        file: null,
        problem: toProblemData(
          new Problem('file.hostSilent', { host: hostOf(entry.sources[0]!), seconds: silenceMs / 1000 }),
        ),
      };
    if (signal.aborted) throw error;
    return { file: null, problem: toProblemData(error) };
  } finally {
    clearTimeout(timer);
  }
}
