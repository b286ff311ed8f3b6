import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Export, TryResult } from '../../../shared/contract/exports.ts';
import { exportCheckSchema, tryResultSchema } from '../../../shared/contract/exports.ts';
import type { RunEvent } from '../../../shared/events.ts';
import { Problem } from '../../../shared/problem.ts';
import type { Job } from '../../jobs/startJob.ts';
import { startJob } from '../../jobs/startJob.ts';
import { metricsReportSchema } from '../../pipeline/eval/metricsReport.ts';
import { parseBundleJson } from '../../pipeline/export/bundle/bundleJson.ts';
import { inferenceConfigSchema } from '../../pipeline/export/bundle/inferenceConfig.ts';
import { CONFIG_FILE, METRICS_FILE } from '../../pipeline/export/bundle/manifest.ts';
import { readThresholds } from '../../pipeline/stages/thresholdsFile.ts';
import { readRun } from '../../pipeline/storage/runFolder.ts';
import { resumeRun } from '../runs.ts';
import { OPENED_BY_HAND } from '../training/runSummary.ts';
import { readStored, writeStored } from '../storedJson.ts';
import { snippets } from './snippets.ts';

const checksSchema = z.array(exportCheckSchema);
const checksFile = (folder: string): string => path.join(folder, 'export', 'checks.json');

/** Writes the bundle with the thresholds as they stand, then judges it by nothing but itself, as `destila verify` does. */
export async function exportRun(
  folder: string,
  onEvent: (event: RunEvent) => void,
  onJob: (job: Job) => void,
): Promise<void> {
  const job = resumeRun(folder, ['export'], { onEvent });
  onJob(job);
  await job.result;
  await checkExport(folder, onEvent);
}

/** Judges the bundle that is there, and remembers what was found. */
export async function checkExport(folder: string, onEvent: (event: RunEvent) => void): Promise<void> {
  const bundle = await bundleFolder(folder);
  const found = z
    .array(z.object({ name: z.string(), fault: z.string().nullable(), note: z.string().nullable() }))
    .parse(await startJob({ type: 'verify', bundle }, { onEvent }).result);
  await writeStored(
    checksFile(folder),
    found.map(({ name, fault, note }) => ({ name, ok: fault === null, detail: fault ?? note ?? '' })),
  );
}

async function bundleFolder(folder: string): Promise<string> {
  const { export: relative } = await readRun(folder);
  if (relative === null) throw new Problem('export', 'This run has no bundle yet. Export it first.');
  return path.join(folder, relative);
}

/** Null: not exported yet. */
export async function readExport(folder: string, runName: string): Promise<Export | null> {
  const record = await readRun(folder);
  if (record.export === null) return null;
  const bundle = path.join(folder, record.export);
  const zip = `${bundle}.zip`;
  const found = await stat(zip).catch(() => null);
  if (found === null) return null;
  const config = parseBundleJson(inferenceConfigSchema, CONFIG_FILE, await readFile(path.join(bundle, CONFIG_FILE)));
  const metrics = parseBundleJson(metricsReportSchema, METRICS_FILE, await readFile(path.join(bundle, METRICS_FILE)));
  const thresholds = config.thresholds.perClass.map(({ k }) => k);
  const now = (await readThresholds(folder)).perClass.map(({ k }) => k);
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
    stale: thresholds.some((k, c) => k !== now[c]),
    snippets: snippets({
      runName,
      projectName: path.basename(record.project),
      labels: config.labels,
      thresholds,
      inputSize,
      inputType: config.input.type,
      outputType: config.output.type,
      paddingColor: config.preprocessing.letterbox.paddingColor,
    }),
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

/** They hold figures on test. */
const judgedOnTest = /^(metrics\.json|MODEL_CARD\.md|report(\.es)?\.html)$/;

/** Text of a file in the bundle; null for one that is no text, and for one with figures on test while a person has not opened that. */
export async function bundleText(folder: string, name: string): Promise<{ text: string | null; sealed: boolean }> {
  const bundle = await bundleFolder(folder);
  const files = await filesIn(bundle);
  if (!files.some((file) => file.name === name)) throw new Problem('file', `${name} is not in the bundle.`);
  if (judgedOnTest.test(name) && !(await readRun(folder)).testOpenings.some(({ by }) => by === OPENED_BY_HAND))
    return { text: null, sealed: true };
  if (!/\.(txt|json|md|h|html|kt|swift|py)$|SHA256SUMS$/.test(name)) return { text: null, sealed: false };
  return {
    text: (await readFile(path.join(bundle, name))).subarray(0, PREVIEWED_BYTES).toString('utf8'),
    sealed: false,
  };
}

export async function tryExport(folder: string, image: { path: string } | { base64: string }): Promise<TryResult> {
  const found = await startJob({ type: 'try', bundle: await bundleFolder(folder), image }).result.catch(
    (error: unknown) => {
      // It is in no label file, and its bytes may lie in a file of the job's own.
      if (error instanceof Problem && error.kind === 'data')
        throw new Problem(
          'data',
          'This picture cannot be read: it is damaged, cut off, too large or no image.',
          error.detail,
        );
      throw error;
    },
  );
  return tryResultSchema.parse(found);
}

/** Scores every image of a folder; the CSV lies in the run's folder. */
export async function predictToCsv(
  folder: string,
  images: string,
  onEvent: (event: RunEvent) => void,
): Promise<{ csv: string; images: number; unreadable: number }> {
  const bundle = await bundleFolder(folder);
  const name = `${path.basename(images)}-${createHash('sha256').update(`${images}${Date.now()}`).digest('hex').slice(0, 6)}.csv`;
  const csv = path.join(folder, 'predictions', name);
  await mkdir(path.dirname(csv), { recursive: true });
  const out = createWriteStream(csv);
  try {
    const job = startJob(
      { type: 'predict', bundle, folder: images },
      { onEvent, onOutput: (text) => void out.write(text) },
    );
    const counted = z.object({ images: z.int(), unreadable: z.int() }).parse(await job.result);
    return { csv, ...counted };
  } finally {
    await new Promise<void>((resolve) => {
      out.end(() => resolve());
    });
  }
}
