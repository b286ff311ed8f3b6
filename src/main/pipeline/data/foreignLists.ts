import { existsSync } from 'node:fs';
import path from 'node:path';
import { labelFileName } from './dataset.ts';
import type { DataProblem } from './problems.ts';
import type { LabelEntry } from './readDataset.ts';
import { looksLikeImage } from './imageFormats.ts';

/** Lists of other tools that read as label files, but with other classes than they mean, or with none. */
export function findForeignLists(folder: string, entries: readonly LabelEntry[]): DataProblem[] {
  const labeled = entries.filter(({ labels }) => labels.length > 0);
  const first = labeled[0];
  if (first === undefined) return yoloList(folder, entries);
  return [...numericColumns(labeled), ...listCells(labeled)];
}

const problemAt = (
  { split, line, path: named }: LabelEntry,
  rest: Pick<DataProblem, 'code' | 'severity' | 'message'>,
): DataProblem => ({ ...rest, split, line, path: named, file: labelFileName(split) });

/** A list of Darknet or YOLO: image paths alone, one per line. */
export const isYoloList = (lines: readonly string[]): boolean => {
  const filled = lines.filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  return filled.length > 0 && filled.every((line) => looksLikeImage(line.trim()) && !/[\t;|]/.test(line));
};

function yoloList(folder: string, entries: readonly LabelEntry[]): DataProblem[] {
  const first = entries[0];
  const description = ['obj.data', 'obj.names', 'data.yaml'].find((name) => existsSync(path.join(folder, name)));
  if (first === undefined || description === undefined) return [];
  return [
    problemAt(first, {
      code: 'yoloList',
      severity: 'error',
      message: `no line has a label, and ${description} describes a YOLO export.`,
    }),
  ];
}

function numericColumns(labeled: readonly LabelEntry[]): DataProblem[] {
  const first = labeled[0]!;
  // Of 100,000 lines with names none is looked at.
  if (!/^-?\d/.test(first.labels[0]!.text)) return [];
  const fields = labeled.map(({ labels }) => labels.flatMap(({ text }) => text.split(/[\s,]+/)));
  const columns = fields[0]!.length;
  const allAre = (kind: RegExp): boolean => fields.every((texts) => texts.every((text) => kind.test(text)));
  if (labeled.length > 1 && columns > 1 && fields.every((texts) => texts.length === columns) && allAre(/^(-1|[01])$/))
    return [
      problemAt(first, {
        code: 'oneHotList',
        severity: 'error',
        message: `every line has ${columns} fields that are all 0 or 1: one column per class, without their names.`,
      }),
    ];
  const size = [5, 4].find((numbers) => fields.every((texts) => texts.length % numbers === 0));
  if (size === undefined || !allAre(/^-?\d+(\.\d+)?$/)) return [];
  return [
    problemAt(first, {
      code: 'boxList',
      severity: 'warning', // classes may be named by numbers
      message: `every line has numbers in groups of ${size}: boxes, not labels.`,
    }),
  ];
}

/** ['apple', 'pear'] as Python prints it: brackets and quotes would become part of the names. */
const listCells = (labeled: readonly LabelEntry[]): DataProblem[] =>
  labeled.flatMap((entry) => {
    const start = entry.labels[0]!.text;
    const end = entry.labels.at(-1)!.text;
    // One label in brackets may be a name; quotes inside, or brackets around several, are a program's list.
    const quotes = /^[[{]\s*['"]/.test(start) && /['"]\s*[\]}]$/.test(end);
    const around = entry.labels.length > 1 && /^\[[^\]]*$/.test(start) && /^[^[]*\]$/.test(end);
    const isList = quotes || around || (entry.labels.length === 1 && start === '[]');
    return isList
      ? [
          problemAt(entry, {
            code: 'listCell',
            severity: 'error',
            message: `${entry.path}: the labels are a list in brackets, which become part of the names.`,
          }),
        ]
      : [];
  });
