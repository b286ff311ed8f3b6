import type { Message } from '../../../../shared/message.ts';
import { message } from '../../../../shared/message.ts';
import { problemMessage, toProblemData } from '../../../../shared/problem.ts';
import { cutList } from '../../../../shared/shortList.ts';
import { findingMessage } from '../../tflite/findings.ts';
import { validateTflite } from '../../tflite/validate.ts';
import { BUNDLE_FILES, MODEL_FILE, SUMS_FILE } from './manifest.ts';
import { readBundle, requireBundlePath } from './readBundle.ts';
import { checkParity, parityIndexIn } from './verifyParity.ts';
import type { Files, FindFault } from './verifyTexts.ts';
import {
  codeFault,
  configFault,
  fileIn,
  metricsFault,
  pagesFault,
  readmeFault,
  thresholdsFault,
} from './verifyTexts.ts';
import { sha256 } from './writeBundle.ts';

export interface BundleCheck {
  /** The statement that was checked. */
  readonly name: Message;
  /** One sentence; null when the check passed. */
  readonly fault: Message | null;
  /** Information worth showing although nothing is wrong; null when there is none. */
  readonly note: Message | null;
}

/**
 * Checks a bundle (folder or .zip) against its own contents: its files, their checksums, the model's validity, every
 * text regenerated from the model, thresholds and metrics, and every step from each parity image to its decisions,
 * computed again. A check that finds the same fault as an earlier one is omitted. `onCheck` receives each check as soon
 * as it is made. Throws a Problem only when there is nothing to read.
 */
export async function verifyBundle(
  bundle: string,
  onCheck: (check: BundleCheck) => void = () => undefined,
): Promise<BundleCheck[]> {
  await requireBundlePath(bundle);
  const checks: BundleCheck[] = [];
  const check = async (name: Message, findFault: FindFault, note?: () => Message | null): Promise<boolean> => {
    const fault = await faultOf(findFault);
    if (fault !== null && checks.some((earlier) => earlier.fault?.text === fault.text)) return false;
    const made = { name, fault, note: note?.() ?? null };
    checks.push(made);
    onCheck(made);
    return fault === null;
  };
  let files: Files = new Map();
  let ignored: readonly string[] = [];
  await check(
    message('bundle.checkFiles'),
    async () => {
      ({ files, ignored } = await readBundle(bundle));
      return membershipFault(files);
    },
    () => (ignored.length === 0 ? null : message('bundle.ignored', { files: cutList(ignored, MOST_LISTED) })),
  );
  if (files.size === 0) return checks;
  await check(message('bundle.checkSums'), () => sumsFault(files));
  const isValid = await check(message('bundle.checkModel'), () => modelFault(files));
  if (!isValid) return checks; // all other checks depend on the model
  await check(message('bundle.checkConfig'), () => configFault(files));
  await check(message('bundle.checkMetrics'), () => metricsFault(files));
  await check(message('bundle.checkThresholds'), () => thresholdsFault(files));
  await check(message('bundle.checkPages'), () => pagesFault(files));
  await check(message('bundle.checkCode'), () => codeFault(files));
  await check(message('bundle.checkReadme'), () => readmeFault(files, parityIndexIn(files)));
  await checkParity(files, check);
  return checks;
}

async function faultOf(findFault: FindFault): Promise<Message | null> {
  try {
    return await findFault();
  } catch (error) {
    return problemMessage(toProblemData(error));
  }
}

const MOST_LISTED = 3;

function modelFault(files: Files): Message | null {
  const [finding] = validateTflite(fileIn(files, MODEL_FILE));
  return finding === undefined ? null : findingMessage(finding);
}

function membershipFault(files: Files): Message | null {
  const missing = BUNDLE_FILES.find((name) => !files.has(name));
  if (missing !== undefined) return message('file.bundleFileMissing', { file: missing });
  const parity = parityIndexIn(files).items.flatMap(({ image, letterbox, output }) => [image, letterbox, output]);
  const missingParity = parity.find((name) => !files.has(name));
  if (missingParity !== undefined) return message('file.bundleFileMissing', { file: missingParity });
  const belonging = new Set<string>([...BUNDLE_FILES, SUMS_FILE, ...parity]);
  const extra = [...files.keys()].find((name) => !belonging.has(name));
  return extra === undefined ? null : message('bundle.fileExtra', { file: extra });
}

/**
 * Hash, a space, a space or an asterisk, path: the format that `sha256sum -c` reads. Windows line breaks and a byte
 * order mark are accepted too.
 */
const SUMS_LINE = /^([0-9a-f]{64}) [ *](.+)$/i;

function sumsFault(files: Files): Message | null {
  const text = Buffer.from(fileIn(files, SUMS_FILE))
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const seen = new Set<string>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line === '') continue;
    const [, sum, name] = SUMS_LINE.exec(line) ?? [];
    const place = { file: SUMS_FILE, line: i + 1 };
    if (sum === undefined || name === undefined) return message('bundle.sumsLine', place);
    if (seen.has(name)) return message('bundle.sumsTwice', { ...place, name });
    seen.add(name);
    if (sha256(fileIn(files, name)) !== sum.toLowerCase()) return message('bundle.fileChanged', { file: name });
  }
  const unlisted = [...files.keys()].find((name) => name !== SUMS_FILE && !seen.has(name));
  return unlisted === undefined ? null : message('bundle.sumsUnlisted', { file: SUMS_FILE, name: unlisted });
}
