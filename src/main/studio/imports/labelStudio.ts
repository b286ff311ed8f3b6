import { z } from 'zod';
import type { FileSource } from '../../../shared/contract/dataset.ts';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import { looksLikeImage } from '../../pipeline/data/imageFormats.ts';
import { labelsInJson } from './csvCells.ts';
import type { Entry, Reading, SourceRecord } from './entries.ts';
import { filesOf } from './filesOf.ts';
import { basesOf, placeRecords } from './locate.ts';
import { parseJson, readSourceText } from './sourceText.ts';
import { splitOfFile } from './splitNames.ts';

const annotationSchema = z.object({
  was_cancelled: z.boolean().nullish(),
  result: z.array(z.object({ type: z.string().optional(), value: z.record(z.string(), z.unknown()).optional() })),
});
const taskSchema = z.object({
  id: z.union([z.number(), z.string()]).optional(),
  data: z.record(z.string(), z.unknown()),
  /** Versions before 1.0 called them 'completions'. */
  annotations: z.array(annotationSchema).optional(),
  completions: z.array(annotationSchema).optional(),
});
const minimalSchema = z.record(z.string(), z.unknown());

/** Reads Label Studio's JSON, and its JSON-MIN with one flat object per task. */
export async function fromLabelStudio(reading: Reading, source: FileSource): Promise<Entry[]> {
  const groups = [];
  for (const file of filesOf(source)) {
    const value = parseJson(await readSourceText(reading.project, file, reading.questions), file);
    const tasks = z.array(z.unknown()).safeParse(value).data;
    if (tasks === undefined) throw new Problem('data.notLabelStudio', { file });
    const records = tasks.flatMap((task, i) => recordOf(reading, task, `${file}: [${i}]`) ?? []);
    groups.push({ bases: basesOf(file), records: records.map((record) => ({ ...record, split: splitOfFile(file) })) });
  }
  return placeRecords(reading, groups);
}

function recordOf(reading: Reading, value: unknown, where: string): SourceRecord | null {
  const full = taskSchema.safeParse(value).data;
  const flat = full === undefined ? minimalSchema.safeParse(value).data : undefined;
  const named = imageIn(full?.data ?? flat);
  if (named === null) {
    reading.tally.drop('error', 'dropped.taskWithoutImage', where);
    return null;
  }
  const labels = full === undefined ? flatLabels(flat!, named.key) : annotatedLabels(reading, full, where);
  return { name: named.name, labels, split: null, where };
}

function imageIn(data: Readonly<Record<string, unknown>> | undefined): { key: string; name: string } | null {
  const texts = Object.entries(data ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const found =
    texts.find(([key]) => /^(image|img|picture|photo)$/i.test(key)) ??
    texts.find(([, text]) => looksLikeImage(text.replace(/[?#].*$/, '')));
  return found === undefined ? null : { key: found[0], name: found[1] };
}

/** JSON-MIN stores each result under the name of its control, as text or as an object with 'choices'. */
function flatLabels(task: Readonly<Record<string, unknown>>, imageKey: string): string[] {
  return Object.entries(task)
    .filter(([key]) => key !== imageKey && /^(choices?|\w*labels?|class(es)?|tags?)$/i.test(key))
    .flatMap(([, value]) => labelsInJson(value) ?? []);
}

function annotatedLabels(reading: Reading, task: z.infer<typeof taskSchema>, where: string): string[] {
  const all = task.annotations ?? task.completions ?? [];
  const sets = all
    .filter(({ was_cancelled: cancelled }) => cancelled !== true)
    .map(({ result }) => new Set(result.flatMap((part) => labelsOfResult(reading, part, where))));
  if (sets.length === 0) {
    reading.tally.drop('warning', 'dropped.taskWithoutAnnotation', where);
    return [];
  }
  const union = new Set(sets.flatMap((set) => [...set]));
  if (sets.every((set) => set.size === union.size)) return [...union];
  const answer = reading.questions.ask({
    id: 'annotators',
    text: message('importQuestion.annotators'),
    choices: [
      { value: 'any', text: message('importQuestion.annotatorsAny') },
      { value: 'most', text: message('importQuestion.annotatorsMost') },
      { value: 'all', text: message('importQuestion.annotatorsAll') },
    ],
    assumed: null,
  });
  const needed = { any: 1, most: Math.floor(sets.length / 2) + 1, all: sets.length }[answer];
  return [...union].filter((label) => sets.filter((set) => set.has(label)).length >= needed);
}

function labelsOfResult(
  { tally }: Reading,
  { type, value }: z.infer<typeof annotationSchema>['result'][number],
  where: string,
): readonly string[] {
  const labels = labelsInJson(value ?? {});
  if (labels === null) tally.drop('note', 'dropped.resultNotLabel', `${where}: ${type ?? ''}`);
  return labels ?? [];
}
