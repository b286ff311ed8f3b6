import { toProblemData } from '../../../../shared/problem.ts';
import { validateTflite } from '../../tflite/validate.ts';
import type { Files } from './bundleTexts.ts';
import { codeFault, configFault, fileIn, metricsFault, pagesFault, thresholdsFault } from './bundleTexts.ts';
import { BUNDLE_FILES, MODEL_FILE, parityNames, SUMS_FILE } from './manifest.ts';
import { readBundle, requirePlace } from './readBundle.ts';
import { checkParity, parityIndexIn } from './verifyParity.ts';
import { sha256 } from './writeBundle.ts';

export interface BundleCheck {
  /** What was checked, in words. */
  readonly name: string;
  /** One sentence; null when all is as it should be. */
  readonly fault: string | null;
  /** What a person may want to know although nothing is wrong; null when there is nothing. */
  readonly note: string | null;
}

/**
 * Checks a bundle (folder or .zip) against nothing but itself: its files, their checksums, the model's validity,
 * every text written
 * again from the model, thresholds and metrics, and the whole way from each parity picture to its decisions, computed
 * again. Throws a
 * Problem only where there is nothing to read. A check whose fault was named before is left out. `onCheck` hears each
 * check as
 * soon as it is made.
 */
export async function verifyBundle(
  bundle: string,
  onCheck: (check: BundleCheck) => void = () => undefined,
): Promise<BundleCheck[]> {
  await requirePlace(bundle);
  const checks: BundleCheck[] = [];
  const check = async (
    name: string,
    work: () => Promise<string | null> | string | null,
    note?: () => string | null,
  ): Promise<boolean> => {
    const fault = await faultOf(work);
    if (fault !== null && checks.some((earlier) => earlier.fault === fault)) return false;
    const made = { name, fault, note: note?.() ?? null };
    checks.push(made);
    onCheck(made);
    return fault === null;
  };
  let files: Files = new Map();
  let ignored: readonly string[] = [];
  await check(
    'it is one bundle: no file is missing and none is extra',
    async () => {
      ({ files, ignored } = await readBundle(bundle));
      return membershipFault(files);
    },
    () => (ignored.length === 0 ? null : `Ignored, as file managers leave them behind: ${named(ignored)}.`),
  );
  if (files.size === 0) return checks;
  await check('every file is as it was written (SHA256SUMS)', () => sumsFault(files));
  const isValid = await check(
    'the model is a valid int8 .tflite',
    () => validateTflite(fileIn(files, MODEL_FILE)).map(({ where, problem }) => `${where}: ${problem}`)[0] ?? null,
  );
  if (!isValid) return checks; // everything else follows from the model
  await check('labels.txt and inference_config.json follow from the model and its thresholds', () =>
    configFault(files),
  );
  await check('metrics.json adds up', () => metricsFault(files));
  await check('threshold_recommendation.json has the thresholds and figures of metrics.json', () =>
    thresholdsFault(files),
  );
  await check('the model card and the reports show the figures of metrics.json', () => pagesFault(files));
  await check("letterbox.h and the sample code are the studio's own", () => codeFault(files));
  await checkParity(files, check);
  return checks;
}

async function faultOf(work: () => Promise<string | null> | string | null): Promise<string | null> {
  try {
    return await work();
  } catch (error) {
    return toProblemData(error).message;
  }
}

const MOST_NAMED = 3;
const named = (files: readonly string[]): string =>
  `${files.slice(0, MOST_NAMED).join(', ')}${files.length > MOST_NAMED ? ` and ${files.length - MOST_NAMED} more` : ''}`;

function membershipFault(files: Files): string | null {
  const missing = BUNDLE_FILES.find((name) => !files.has(name));
  if (missing !== undefined) return `${missing} is missing.`;
  const parity = parityIndexIn(files).items.flatMap((_, i) => Object.values(parityNames(i)) as string[]);
  const missingPicture = parity.find((name) => !files.has(name));
  if (missingPicture !== undefined) return `${missingPicture} is missing.`;
  const belonging = new Set<string>([...BUNDLE_FILES, SUMS_FILE, ...parity]);
  const extra = [...files.keys()].find((name) => !belonging.has(name));
  return extra === undefined ? null : `${extra} does not belong to the bundle.`;
}

/**
 * Hash, a space, a space or an asterisk, path: what `sha256sum -c` reads, also with Windows line breaks and a byte
 * order mark.
 */
const SUMS_LINE = /^([0-9a-f]{64}) [ *](.+)$/i;

function sumsFault(files: Files): string | null {
  const text = Buffer.from(fileIn(files, SUMS_FILE))
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const listed = new Set<string>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line === '') continue;
    const [, sum, name] = SUMS_LINE.exec(line) ?? [];
    if (sum === undefined || name === undefined) return `${SUMS_FILE}:${i + 1} is not a checksum and a path.`;
    if (listed.has(name)) return `${SUMS_FILE}:${i + 1} names ${name} a second time.`;
    listed.add(name);
    if (sha256(fileIn(files, name)) !== sum.toLowerCase()) return `${name} was changed.`;
  }
  const unlisted = [...files.keys()].find((name) => name !== SUMS_FILE && !listed.has(name));
  return unlisted === undefined ? null : `${SUMS_FILE} does not list ${unlisted}.`;
}
