import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { z } from 'zod';
import type { Export, TryResult } from '../../../shared/contract/exports.ts';
import { exportCheckSchema, tryResultSchema } from '../../../shared/contract/exports.ts';
import { messageSchema } from '../../../shared/messageSchema.ts';
import { Problem } from '../../../shared/problem.ts';
import type { JobWatcher } from '../../jobs/startJob.ts';
import { startJob } from '../../jobs/startJob.ts';
import { metricsReportSchema } from '../../pipeline/eval/metricsReport.ts';
import { parseBundleJson } from '../../pipeline/export/bundle/bundleJson.ts';
import { inferenceConfigSchema } from '../../pipeline/export/bundle/inferenceConfig.ts';
import { CONFIG_FILE, METRICS_FILE } from '../../pipeline/export/bundle/manifest.ts';
import { usageCode } from '../../pipeline/export/bundle/sampleCode.ts';
import { splitQuality } from '../../pipeline/eval/splitQuality.ts';
import { goalsOf, readThresholds } from '../../pipeline/artifacts/thresholds.ts';
import { insideFolder } from '../../pipeline/storage/insideFolder.ts';
import { readRun } from '../../pipeline/storage/runFolder.ts';
import { resumeRun } from '../runs/runs.ts';
import { timesOpened } from '../runs/seal.ts';
import { readStored, writeStored } from '../state/storedJson.ts';
import { readRegularFile } from '../../pipeline/storage/regularFile.ts';

const checksSchema = z.array(exportCheckSchema);
const bundleChecksSchema = z.array(
  z.object({ name: messageSchema, fault: messageSchema.nullable(), note: messageSchema.nullable() }),
);
const checksFile = (folder: string): string => path.join(folder, 'export', 'checks.json');

/** Writes the bundle with the current thresholds, then verifies it as `destila verify` does. */
export async function exportRun(folder: string, watcher: JobWatcher): Promise<void> {
  await resumeRun(folder, ['export'], watcher).result;
  await checkExport(folder, watcher);
}

/** Verifies the existing bundle and stores the results. */
export async function checkExport(folder: string, watcher: JobWatcher): Promise<void> {
  const bundle = await bundleFolder(folder);
  const found = bundleChecksSchema.parse(await startJob({ type: 'verify', bundle }, watcher).result);
  await writeStored(
    checksFile(folder),
    found.map(({ name, fault, note }) => ({ name, ok: fault === null, detail: fault ?? note })),
  );
}

async function bundleFolder(folder: string): Promise<string> {
  const { export: relative } = await readRun(folder);
  if (relative === null) throw new Problem('export.noBundle');
  return insideFolder(folder, relative);
}

/** Null if the run has not been exported yet. */
export async function readExport(folder: string): Promise<Export | null> {
  const record = await readRun(folder);
  if (record.export === null) return null;
  const bundle = insideFolder(folder, record.export);
  const zip = `${bundle}.zip`;
  const found = await stat(zip).catch(() => null);
  if (found === null) return null;
  const config = parseBundleJson(
    inferenceConfigSchema,
    CONFIG_FILE,
    await readRegularFile(path.join(bundle, CONFIG_FILE)),
  );
  const metrics = parseBundleJson(
    metricsReportSchema,
    METRICS_FILE,
    await readRegularFile(path.join(bundle, METRICS_FILE)),
  );
  const thresholds = config.thresholds.perClass.map(({ k }) => k);
  const current = await readThresholds(folder);
  const now = current.perClass.map(({ k }) => k);
  const goals = metrics.goals ?? goalsOf(current, record.config.threshold_search);
  // While the test split is sealed, the verdict must not reveal its metrics.
  const evaluatedOn = timesOpened(record) > 0 ? 'test' : 'val';
  const { inputSize } = config.model;
  return {
    run: record.id,
    folder: bundle,
    zip,
    zipBytes: found.size,
    writtenAt: found.mtime.toISOString(),
    files: await filesIn(bundle),
    checks: await readStored(checksFile(folder), checksSchema, []),
    labels: config.labels,
    inputSize,
    inputType: config.input.type,
    outputType: config.output.type,
    thresholds,
    floatAp: metrics.val.student.macroAp,
    int8Ap: metrics.val.int8.macroAp,
    quality: {
      split: evaluatedOn,
      labels: splitQuality(metrics, evaluatedOn, goals).labels.map((label) => ({ ...label })),
    },
    stale: thresholds.some((k, c) => k !== now[c]),
    snippets: await usageCode(config),
  };
}

async function filesIn(bundle: string): Promise<Export['files']> {
  const entries = await readdir(bundle, { recursive: true, withFileTypes: true });
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const file = path.join(entry.parentPath, entry.name);
        return { name: path.relative(bundle, file).split(path.sep).join('/'), bytes: (await stat(file)).size };
      }),
  );
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const PREVIEWED_BYTES = 64_000;

/** Files that contain test metrics. */
const hasTestMetrics = /^(metrics\.json|MODEL_CARD\.md|report(\.es)?\.html)$/;

/**
 * Text of a file in the bundle. Null for binary files, and for files with test metrics while the test split is sealed.
 */
export async function bundleText(folder: string, name: string): Promise<{ text: string | null; sealed: boolean }> {
  const bundle = await bundleFolder(folder);
  const files = await filesIn(bundle);
  if (!files.some((file) => file.name === name)) throw new Problem('file.notInBundle', { name });
  if (hasTestMetrics.test(name) && timesOpened(await readRun(folder)) === 0) return { text: null, sealed: true };
  if (!/\.(txt|json|md|h|c|html|kts?|swift|py|sh|xml|properties)$|SHA256SUMS$/.test(name))
    return { text: null, sealed: false };
  return {
    text: (await readRegularFile(insideFolder(bundle, name))).subarray(0, PREVIEWED_BYTES).toString('utf8'),
    sealed: false,
  };
}

export async function tryExport(
  folder: string,
  image: { path: string } | { base64: string },
  signal?: AbortSignal,
): Promise<TryResult> {
  const found = await startJob({ type: 'try', bundle: await bundleFolder(folder), image }, { signal }).result.catch(
    (error: unknown) => {
      // The job's own message would name a label file or a temporary file, neither of which the person knows.
      if (error instanceof Problem && error.kind === 'data')
        throw new Problem('data.triedImageUnreadable', {}, error.detail);
      throw error;
    },
  );
  return tryResultSchema.parse(found);
}

/** Scores every image of a folder into a CSV in the run's folder. Ends the scoring if the CSV cannot be written. */
export async function predictToCsv(
  folder: string,
  images: string,
  watcher: Pick<JobWatcher, 'onEvent' | 'signal'>,
  nameOf: (images: string) => string = csvName,
): Promise<{ csv: string; images: number; unreadable: number }> {
  const bundle = await bundleFolder(folder);
  const csv = insideFolder(folder, path.join('predictions', nameOf(images)));
  await mkdir(path.dirname(csv), { recursive: true });
  const out = createWriteStream(csv);
  // Errors are handled from the start, because an unhandled stream error ends the process.
  const written = finished(out).then(
    () => null,
    (error: unknown) => error as NodeJS.ErrnoException,
  );
  const job = startJob(
    { type: 'predict', bundle, folder: images },
    { ...watcher, onOutput: (text) => void out.write(text) },
  );
  void written.then((error) => error !== null && job.cancel());
  try {
    const counted = z.object({ images: z.int(), unreadable: z.int() }).parse(await job.result);
    out.end();
    const error = await written;
    if (error !== null) throw error;
    return { csv, ...counted };
  } catch (error) {
    out.destroy();
    const fault = (await written) ?? error;
    await rm(csv, { force: true }).catch(() => undefined);
    throw (fault as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE' ? error : notWritten(csv, fault);
  }
}

/** Common file systems allow names of 255 bytes; 48 characters take at most 192 in UTF-8. */
const LONGEST_STEM = 48;

function csvName(images: string): string {
  const stem = [...path.basename(images)].slice(0, LONGEST_STEM).join('');
  const mark = createHash('sha256').update(`${images}${Date.now()}`).digest('hex').slice(0, 6);
  return `${stem}-${mark}.csv`;
}

function notWritten(csv: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof Problem || code === undefined || code === 'ENOSPC') return error;
  return new Problem('file.csvNotWritten', { file: csv }, (error as Error).message);
}
