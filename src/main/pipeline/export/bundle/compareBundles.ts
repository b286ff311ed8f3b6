import { metricsReportSchema } from '../../eval/metricsReport.ts';
import type { MetricsReport } from '../../eval/metricsReport.ts';
import { parseBundleJson, pathText } from './bundleJson.ts';
import type { InferenceConfig } from './inferenceConfig.ts';
import { METRICS_FILE, PARITY_INDEX } from './manifest.ts';
import { parityIndexSchema } from './parityIndex.ts';
import { readBundle } from './readBundle.ts';
import type { Files } from './verifyTexts.ts';
import { configIn, fileIn } from './verifyTexts.ts';
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

/**
 * What differs between two bundles (folders or .zip files). Neither is verified. Throws a Problem that names the first
 * file that is missing or unreadable.
 */
export async function compareBundles(before: string, after: string): Promise<BundleComparison> {
  return compareFiles((await readBundle(before)).files, (await readBundle(after)).files);
}

export function compareFiles(before: Files, after: Files): BundleComparison {
  const [old, current] = [configIn(before), configIn(after)];
  const shared = current.labels.filter((label) => old.labels.includes(label));
  return {
    sameModel: old.model.sha256 === current.model.sha256,
    misread: misreadEntries(old, current),
    labels: {
      added: current.labels.filter((label) => !old.labels.includes(label)),
      removed: old.labels.filter((label) => !current.labels.includes(label)),
      moved: changesOf(shared, positions(old.labels), positions(current.labels)),
    },
    thresholds: changesOf(shared, thresholdsIn(old), thresholdsIn(current)),
    test: compareTest(metricsIn(before), metricsIn(after), shared),
    parity: compareParity(before, after, shared),
  };
}

const metricsIn = (files: Files): MetricsReport =>
  parseBundleJson(metricsReportSchema, METRICS_FILE, fileIn(files, METRICS_FILE));

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

const positions = (labels: readonly string[]): Named<number> => new Map(labels.map((label, c) => [label, c]));

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

function compareParity(before: Files, after: Files, shared: readonly string[]): BundleComparison['parity'] {
  const [old, current] = [decisionsByImage(before), decisionsByImage(after)];
  const both = [...current].filter(([image]) => old.has(image));
  return {
    images: both.length,
    decisions: both.length * shared.length,
    flips: both.flatMap(([image, { name, decisions }]) =>
      shared
        .map((label) => ({
          image: name,
          label,
          before: old.get(image)!.decisions.has(label),
          after: decisions.has(label),
        }))
        .filter((change) => change.before !== change.after),
    ),
  };
}

/** By the SHA-256 of the image file, because names may stand for other pictures in another bundle. */
function decisionsByImage(
  files: Files,
): Map<string, { readonly name: string; readonly decisions: ReadonlySet<string> }> {
  const { items } = parseBundleJson(parityIndexSchema, PARITY_INDEX, fileIn(files, PARITY_INDEX));
  return new Map(
    items.map(({ name, image, decisions }) => [sha256(fileIn(files, image)), { name, decisions: new Set(decisions) }]),
  );
}
