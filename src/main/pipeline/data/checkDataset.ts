import type { Finding } from '../../../shared/findings.ts';
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import type { Dataset, Sample, Split } from './dataset.ts';
import { labelFileName, SPLITS } from './dataset.ts';
import { findDuplicates } from './duplicates.ts';
import { finding } from './findings.ts';
import { extensionFits } from './imageFormats.ts';
import { checkLabels } from './labelRules.ts';
import type { PathFinder } from './pathFinder.ts';
import { createPathFinder } from './pathFinder.ts';
import type { DataConfig, ReadOptions, ReadResult } from './readDataset.ts';
import { readDataset } from './readDataset.ts';
import type { ImageScan } from './imageScan.ts';
import type { ScanOptions, ScanResult } from './scanImages.ts';
import { scanImages } from './scanImages.ts';

export type CheckConfig = Pick<DataConfig, 'min_positives' | 'duplicates_across_splits' | 'max_megapixels'>;

export interface CheckOptions extends Omit<ScanOptions, 'maxMegapixels'> {
  /** Splits that must not be empty. Default: all three. */
  readonly splits?: readonly Split[];
}

export interface CheckResult {
  /** The same data set with the hashes of all files that could be read. */
  readonly dataset: Dataset;
  /** In the order of splits and lines. */
  readonly findings: readonly Finding[];
  /** By absolute path: every image whose bytes could be read. */
  readonly images: ReadonlyMap<string, ImageScan>;
}

/**
 * Opens, hashes and decodes every image and checks the data set as a whole. Writes nothing except to the cache folder.
 * Throws a Problem of kind 'cancelled' when the signal is aborted.
 */
export async function checkDataset(dataset: Dataset, config: CheckConfig, options: CheckOptions): Promise<CheckResult> {
  const splits = options.splits ?? SPLITS;
  const files = [...new Set(splits.flatMap((split) => dataset.splits[split].map(({ file }) => file)))];
  const scans = await scanImages(dataset.root, files, { ...options, maxMegapixels: config.max_megapixels });
  const hashed = withHashes(dataset, scans);
  const findings = [
    ...(await checkImages(hashed, scans, config.max_megapixels)),
    ...findDuplicates(hashed, config.duplicates_across_splits),
    ...checkLabels(hashed, splits, config.min_positives),
  ];
  const images = new Map([...scans].flatMap(([file, scan]) => ('hash' in scan ? [[file, scan] as const] : [])));
  return { dataset: hashed, findings: inOrder(findings), images };
}

/** Checks label files and images together: what `destila check` shows and what a run starts with. */
export async function checkProject(
  root: string,
  config: DataConfig,
  options: CheckOptions & ReadOptions,
): Promise<CheckResult & Pick<ReadResult, 'layout' | 'unknownLabels' | 'unlabeled'>> {
  const read = await readDataset(root, config, {
    ...options,
    leaveOutUnlabeled: config.unlabeled === 'not_labeled_yet',
  });
  const checked = await checkDataset(read.dataset, config, options);
  // A missing label file is not reported again as an empty split.
  const missing = new Set(read.findings.flatMap(({ code, split }) => (code === 'missingLabelFile' ? [split] : [])));
  const findings = checked.findings.filter(({ code, split }) => code !== 'emptySplit' || !missing.has(split));
  return {
    ...checked,
    findings: inOrder([...read.findings, ...findings, ...askAboutUnlabeled(read, config.unlabeled)]),
    layout: read.layout,
    unknownLabels: read.unknownLabels,
    unlabeled: read.unlabeled,
  };
}

/** Until a person has said what images without labels mean, they count as negatives; this finding says so and asks. */
function askAboutUnlabeled({ unlabeled }: ReadResult, meaning: DataConfig['unlabeled']): Finding[] {
  const counts = SPLITS.filter((split) => unlabeled[split] > 0).map((split) =>
    message('findings.unlabeledImages.inSplit', { count: unlabeled[split], split }),
  );
  if (meaning !== 'ask' || counts.length === 0) return [];
  return [finding('unlabeledImages', 'warning', message('findings.unlabeledImages.counts', { counts }), {})];
}

function inOrder(findings: readonly Finding[]): Finding[] {
  const rank = ({ split }: Finding): number => (split === null ? SPLITS.length : SPLITS.indexOf(split));
  return findings.toSorted((a, b) => rank(a) - rank(b) || (a.line ?? Infinity) - (b.line ?? Infinity) || 0);
}

function withHashes(dataset: Dataset, scans: ReadonlyMap<string, ScanResult>): Dataset {
  const hashed = (sample: Sample): Sample => {
    const scan = scans.get(sample.file);
    return scan !== undefined && 'hash' in scan ? { ...sample, hash: scan.hash } : sample;
  };
  const { train, val, test } = dataset.splits;
  return { ...dataset, splits: { train: train.map(hashed), val: val.map(hashed), test: test.map(hashed) } };
}

async function checkImages(
  dataset: Dataset,
  scans: ReadonlyMap<string, ScanResult>,
  maxMegapixels: number,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const findPath = createPathFinder(dataset.root);
  for (const split of SPLITS) {
    for (const sample of dataset.splits[split]) {
      const scan = scans.get(sample.file);
      if (scan === undefined) continue;
      const where = { split, file: labelFileName(split), line: sample.line, path: sample.path };
      const text = await faultMessage(sample.path, scan, maxMegapixels, findPath);
      if (scan.fault === null) findings.push(...remarks(sample.path, scan, where));
      else if (text !== null) findings.push(finding(scan.fault, 'error', text, { ...where, detail: scan.detail }));
    }
  }
  return findings;
}

/** About images that are used as they are, although other programs may refuse them. */
function remarks(path: string, { format, endMarkerMissing }: ImageScan, where: Partial<Finding>): Finding[] {
  const found: Finding[] = [];
  if (format !== null && !extensionFits(path, format)) {
    const text = message('findings.wrongExtension.image', { path, format: format.toUpperCase() });
    found.push(finding('wrongExtension', 'warning', text, where));
  }
  if (endMarkerMissing)
    found.push(finding('endMarkerMissing', 'warning', message('findings.endMarkerMissing.image', { path }), where));
  return found;
}

/** Null when the scan found no fault. */
async function faultMessage(
  path: string,
  scan: ScanResult,
  maxMegapixels: number,
  findPath: PathFinder,
): Promise<Message | null> {
  switch (scan.fault) {
    case null:
      return null;
    case 'missing': {
      const suggestion = await findPath(path);
      return suggestion === null
        ? message('findings.missing.image', { path })
        : message('findings.missing.similar', { path, suggestion });
    }
    case 'outside':
      return message('findings.outside.link', { path, target: scan.target });
    case 'unreadable':
      return scan.isFile
        ? message('findings.unreadable.image', { path })
        : message('findings.unreadable.notFile', { path });
    case 'tooLarge':
      return message('findings.tooLarge.image', {
        path,
        width: scan.width,
        height: scan.height,
        limit: maxMegapixels,
      });
    case 'imageKind':
      return message('findings.imageKind.image', { path, reason: scan.reason ?? message('images.notAnImage') });
    case 'notAnImage':
      return message('findings.notAnImage.image', { path });
    case 'truncated':
      return scan.size === 0
        ? message('findings.truncated.empty', { path })
        : message('findings.truncated.image', { path });
  }
}
