import { Problem, problemMessage } from '../../../../shared/problem.ts';
import type { MetricsReport } from '../../eval/metricsReport.ts';
import { pathText } from './bundleJson.ts';
import type { InferenceConfig } from './inferenceConfig.ts';
import { readBundle } from './readBundle.ts';
import { parityIndexIn } from './verifyParity.ts';
import type { Files } from './verifyTexts.ts';
import { configIn, fileIn, metricsIn } from './verifyTexts.ts';
import { sha256 } from './writeBundle.ts';

export interface Change<T> {
  readonly before: T;
  readonly after: T;
}

export interface BundleComparison {
  /** Whether both have the same model file. */
  readonly sameModel: boolean;
  /**
   * Entries of inference_config.json that an app may have built in: with other values it feeds or reads the model wrongly.
   * Values as JSON; a missing one is null.
   */
  readonly misread: readonly (Change<string | null> & { readonly entry: string })[];
  readonly labels: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    /** Labels of both bundles whose score is at another position. */
    readonly moved: readonly (Change<number> & { readonly label: string })[];
  };
  /** Labels of both bundles with another k, 0..256. */
  readonly thresholds: readonly (Change<number> & { readonly label: string })[];
  readonly test: {
    /** Whether the test images and their labels are the same: otherwise the figures cannot be compared. */
    readonly sameImages: boolean;
    readonly macroAp: Change<number | null>;
    /** Average precision of the labels of both bundles where it differs. */
    readonly perClass: readonly (Change<number | null> & { readonly label: string })[];
  };
  readonly parity: {
    /** Parity images that are in both bundles, byte for byte. */
    readonly images: number;
    /** Decisions on them, on the labels of both bundles. */
    readonly decisions: number;
    /** Whether the label is present; XNNPACK's decision. */
    readonly flips: readonly (Change<boolean> & { readonly image: string; readonly label: string })[];
  };
}

interface Decided {
  readonly name: string;
  /** The labels that are present. */
  readonly decisions: ReadonlySet<string>;
}

interface BundleFacts {
  readonly config: InferenceConfig;
  readonly metrics: MetricsReport;
  /** By the SHA-256 of the image file, because names may stand for other pictures in another bundle. */
  readonly parity: ReadonlyMap<string, Decided>;
}

/**
 * What differs between two bundles (folders or .zip files). Neither is verified. Throws a Problem that names the bundle
 * and the first file that is missing or unreadable.
 */
export const compareBundles = async (before: string, after: string): Promise<BundleComparison> =>
  compareFacts(await readFacts(before), await readFacts(after));

async function readFacts(bundle: string): Promise<BundleFacts> {
  const { files } = await readBundle(bundle);
  try {
    return factsIn(files);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem('file.bundlePart', { bundle, problem: problemMessage(error) }, error.detail);
  }
}

export const factsIn = (files: Files): BundleFacts => ({
  config: configIn(files),
  metrics: metricsIn(files),
  parity: new Map(
    parityIndexIn(files).items.map(({ name, image, decisions }) => [
      sha256(fileIn(files, image)),
      { name, decisions: new Set(decisions) },
    ]),
  ),
});

export function compareFacts(before: BundleFacts, after: BundleFacts): BundleComparison {
  const [old, current] = [before.config, after.config];
  const [oldPositions, positions] = [positionsIn(old), positionsIn(current)];
  const shared = current.labels.filter((label) => oldPositions.has(label));
  return {
    sameModel: old.model.sha256 === current.model.sha256,
    misread: misreadEntries(old, current),
    labels: {
      added: current.labels.filter((label) => !oldPositions.has(label)),
      removed: old.labels.filter((label) => !positions.has(label)),
      moved: changesOf(shared, oldPositions, positions),
    },
    thresholds: changesOf(shared, thresholdsIn(old), thresholdsIn(current)),
    test: compareTest(before.metrics, after.metrics, shared),
    parity: compareParity(before.parity, after.parity, shared),
  };
}

/** What apps are known to build in. The thresholds are not among them: they are meant to be read at run time. */
const builtIn = ({ formatVersion, model, preprocessing, input, output }: InferenceConfig): object => ({
  formatVersion,
  model: { file: model.file, inputSize: model.inputSize, classes: model.classes },
  preprocessing,
  input,
  output,
});

function misreadEntries(before: InferenceConfig, after: InferenceConfig): BundleComparison['misread'] {
  const [old, current] = [leaves(builtIn(before)), leaves(builtIn(after))];
  return changesOf([...new Set([...old.keys(), ...current.keys()])], old, current).map(({ label, ...change }) => ({
    entry: label,
    before: change.before ?? null,
    after: change.after ?? null,
  }));
}

/** The values of an object that contain no others, as JSON, by their paths. */
function leaves(value: unknown, path: readonly PropertyKey[] = []): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return new Map([[pathText(path), JSON.stringify(value)]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...leaves(inner, [...path, key])]));
}

type Named<T> = ReadonlyMap<string, T>;

const positionsIn = ({ labels }: InferenceConfig): Named<number> => new Map(labels.map((label, c) => [label, c]));

const thresholdsIn = ({ thresholds }: InferenceConfig): Named<number> =>
  new Map(thresholds.perClass.map(({ label, k }) => [label, k]));

function changesOf<T>(
  names: readonly string[],
  before: Named<T>,
  after: Named<T>,
): (Change<T> & { readonly label: string })[] {
  return names
    .map((label) => ({ label, before: before.get(label)!, after: after.get(label)! }))
    .filter((change) => change.before !== change.after);
}

function compareTest(before: MetricsReport, after: MetricsReport, shared: readonly string[]): BundleComparison['test'] {
  const precisions = ({ labels, test }: MetricsReport): Named<number | null> =>
    new Map(labels.map((label, c) => [label, test.int8.perClass[c]?.averagePrecision ?? null]));
  return {
    sameImages: before.fingerprints.test === after.fingerprints.test,
    macroAp: { before: before.test.int8.macroAp, after: after.test.int8.macroAp },
    perClass: changesOf(shared, precisions(before), precisions(after)),
  };
}

function compareParity(
  before: BundleFacts['parity'],
  after: BundleFacts['parity'],
  shared: readonly string[],
): BundleComparison['parity'] {
  const both = [...after].filter(([image]) => before.has(image));
  const present = ({ decisions }: Decided): Named<boolean> =>
    new Map(shared.map((label) => [label, decisions.has(label)]));
  return {
    images: both.length,
    decisions: both.length * shared.length,
    flips: both.flatMap(([image, decided]) =>
      changesOf(shared, present(before.get(image)!), present(decided)).map((change) => ({
        image: decided.name,
        ...change,
      })),
    ),
  };
}
