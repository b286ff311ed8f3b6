import type { Dataset, Sample, Split } from './dataset.ts';
import { labelFileName, SPLITS } from './dataset.ts';
import { createFinder } from './folders.ts';
import { endingFits } from './imageFormats.ts';
import { checkLabels } from './labelRules.ts';
import type { DataProblem, DataProblemCode } from './problems.ts';
import type { DataConfig, ReadOptions, ReadResult } from './readDataset.ts';
import { readDataset } from './readDataset.ts';
import { checkRepetitions } from './repetitions.ts';
import type { ImageScan, ScanOptions, ScanResult } from './scanImages.ts';
import { scanImages } from './scanImages.ts';

export type CheckConfig = Pick<DataConfig, 'min_positives' | 'duplicates_across_splits' | 'max_megapixels'>;

export interface CheckOptions extends Omit<ScanOptions, 'maxMegapixels'> {
  /** Splits that have to be there. Default: all three. */
  readonly splits?: readonly Split[];
}

export interface CheckResult {
  /** The same data set with the hashes of all files that could be read. */
  readonly dataset: Dataset;
  /** In the order of splits and lines. */
  readonly problems: readonly DataProblem[];
  /** By absolute path: every image whose bytes could be read. */
  readonly images: ReadonlyMap<string, ImageScan>;
}

/**
 * Opens, hashes and decodes every image and judges the data set as a whole. Nothing is changed on disk except the cache folder.
 * Throws a Problem of kind 'cancelled' when the signal says so.
 */
export async function checkDataset(dataset: Dataset, config: CheckConfig, options: CheckOptions): Promise<CheckResult> {
  const splits = options.splits ?? SPLITS;
  const files = [...new Set(splits.flatMap((split) => dataset.splits[split].map(({ file }) => file)))];
  const scans = await scanImages(dataset.root, files, { ...options, maxMegapixels: config.max_megapixels });
  const hashed = withHashes(dataset, scans);
  const problems = [
    ...(await checkImages(hashed, scans, config.max_megapixels)),
    ...checkRepetitions(hashed, config.duplicates_across_splits),
    ...checkLabels(hashed, splits, config.min_positives),
  ];
  const images = new Map([...scans].flatMap(([file, scan]) => ('hash' in scan ? [[file, scan] as const] : [])));
  return { dataset: hashed, problems: inOrder(problems), images };
}

/** Label files and images of a project in one go: what `destila check` shows and what a run starts with. */
export async function checkProject(
  root: string,
  config: DataConfig,
  options: CheckOptions & ReadOptions,
): Promise<CheckResult & Pick<ReadResult, 'separator' | 'unknownLabels' | 'unlabeled'>> {
  const read = await readDataset(root, config, {
    ...options,
    leaveOutUnlabeled: config.unlabeled === 'not_labeled_yet',
  });
  const checked = await checkDataset(read.dataset, config, options);
  // A label file that is missing is not reported once more as an empty split.
  const missing = new Set(read.problems.flatMap(({ code, split }) => (code === 'missingLabelFile' ? [split] : [])));
  const problems = checked.problems.filter(({ code, split }) => code !== 'emptySplit' || !missing.has(split));
  return {
    ...checked,
    problems: inOrder([...read.problems, ...problems, ...askAboutUnlabeled(read, config.unlabeled)]),
    separator: read.separator,
    unknownLabels: read.unknownLabels,
    unlabeled: read.unlabeled,
  };
}

/** A question, not a guess: until a person has answered it, these images count as negatives, and that is said. */
function askAboutUnlabeled({ unlabeled }: ReadResult, meaning: DataConfig['unlabeled']): DataProblem[] {
  const total = Object.values(unlabeled).reduce((a, b) => a + b, 0);
  if (meaning !== 'ask' || total === 0) return [];
  const where = SPLITS.filter((split) => unlabeled[split] > 0).map((split) => `${unlabeled[split]} in ${split}`);
  return [
    {
      code: 'unlabeledImages',
      severity: 'warning',
      split: null,
      file: null,
      line: null,
      message: `images without labels: ${where.join(', ')}. Until you say what they mean they count as 'none of these'.`,
    },
  ];
}

function inOrder(problems: readonly DataProblem[]): DataProblem[] {
  const rank = ({ split }: DataProblem): number => (split === null ? SPLITS.length : SPLITS.indexOf(split));
  return problems.toSorted((a, b) => rank(a) - rank(b) || (a.line ?? Infinity) - (b.line ?? Infinity) || 0);
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
): Promise<DataProblem[]> {
  const problems: DataProblem[] = [];
  const find = createFinder(dataset.root);
  for (const split of SPLITS) {
    for (const sample of dataset.splits[split]) {
      const scan = scans.get(sample.file);
      if (scan === undefined) continue;
      const add = (code: DataProblemCode, severity: DataProblem['severity'], message: string): void => {
        problems.push({
          code,
          severity,
          split,
          file: labelFileName(split),
          line: sample.line,
          message,
          path: sample.path,
        });
      };
      if (scan.fault === null) {
        if (!('format' in scan)) continue;
        if (scan.format !== null && !endingFits(sample.path, scan.format))
          add('wrongExtension', 'warning', `${sample.path} is a ${scan.format.toUpperCase()} file.`);
        if (scan.endMarkerMissing) add('endMarkerMissing', 'warning', `${sample.path} has no end marker.`);
      } else {
        add(scan.fault, 'error', await describe(sample, scan, maxMegapixels, find));
      }
    }
  }
  return problems;
}

async function describe(
  sample: Sample,
  scan: ScanResult,
  maxMegapixels: number,
  find: ReturnType<typeof createFinder>,
): Promise<string> {
  switch (scan.fault) {
    case 'missing': {
      const meant = await find(sample.path);
      return `${sample.path} does not exist.${meant === null ? '' : ` There is ${meant}: is that meant?`}`;
    }
    case 'outside':
      return `${sample.path} is a link to ${scan.detail}, outside the project folder.`;
    case 'tooLarge':
      return `${sample.path} has ${'width' in scan ? `${scan.width} x ${scan.height}` : 'too many'} pixels, more than ${maxMegapixels} megapixels.`;
    case 'imageKind':
      return `${sample.path} cannot be used. ${scan.detail}`;
    case 'notAnImage':
      return `${sample.path} is not an image that can be read (${scan.detail}).`;
    case 'truncated':
      return `${sample.path} is damaged or cut off (${scan.detail}).`;
    default:
      return `${sample.path} cannot be read (${scan.detail}).`;
  }
}
