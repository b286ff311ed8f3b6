import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Finding, FindingCode } from '../../../shared/findings.ts';
import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { labelFileName } from './dataset.ts';
import { finding } from './findings.ts';
import { looksLikeImage } from './imageFormats.ts';
import type { LabelEntry } from './labelLine.ts';

/** Finds lists of other tools that parse as label files but with wrong classes or none. */
export function findForeignLists(folder: string, entries: readonly LabelEntry[]): Finding[] {
  const labeled = entries.filter(({ labels }) => labels.length > 0);
  if (labeled.length === 0) return yoloList(folder, entries);
  return [...numericColumns(labeled), ...listCells(labeled)];
}

const findingAt = (
  { split, line, path: named }: LabelEntry,
  code: FindingCode,
  severity: Finding['severity'],
  text: Message,
): Finding => finding(code, severity, text, { split, file: labelFileName(split), line, path: named });

/** True for a list as Darknet and YOLO write it: image paths alone, one per line. */
export const isYoloList = (lines: readonly string[]): boolean => {
  const filled = lines.filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  return filled.length > 0 && filled.every((line) => looksLikeImage(line.trim()) && !/[\t;|]/.test(line));
};

function yoloList(folder: string, entries: readonly LabelEntry[]): Finding[] {
  const first = entries[0];
  const file = ['obj.data', 'obj.names', 'data.yaml'].find((name) => existsSync(path.join(folder, name)));
  if (first === undefined || file === undefined) return [];
  return [findingAt(first, 'yoloList', 'error', message('findings.yoloList.file', { file }))];
}

function numericColumns(labeled: readonly LabelEntry[]): Finding[] {
  const first = labeled[0]!;
  // Most lists have names: then none of 100,000 lines has to be split.
  if (!/^-?\d/.test(first.labels[0]!.text)) return [];
  const fields = labeled.map(({ labels }) => labels.flatMap(({ text }) => text.split(/[\s,]+/)));
  const columns = fields[0]!.length;
  const allAre = (kind: RegExp): boolean => fields.every((texts) => texts.every((text) => kind.test(text)));
  if (labeled.length > 1 && columns > 1 && fields.every((texts) => texts.length === columns) && allAre(/^(-1|[01])$/))
    return [findingAt(first, 'oneHotList', 'error', message('findings.oneHotList.lines', { columns }))];
  const size = [5, 4].find((numbers) => fields.every((texts) => texts.length % numbers === 0));
  if (size === undefined || !allAre(/^-?\d+(\.\d+)?$/)) return [];
  // Only a warning, because numbers may be the names of classes.
  return [findingAt(first, 'boxList', 'warning', message('findings.boxList.lines', { size }))];
}

/** Finds lists as Python prints them, such as ['apple', 'pear']: brackets and quotes would become part of the names. */
const listCells = (labeled: readonly LabelEntry[]): Finding[] =>
  labeled.filter(isListCell).map((entry) => {
    return findingAt(entry, 'listCell', 'error', message('findings.listCell.line', { path: entry.path }));
  });

function isListCell({ labels }: LabelEntry): boolean {
  const start = labels[0]!.text;
  const end = labels.at(-1)!.text;
  // A name may be in brackets; quotes inside the brackets, or brackets around several labels, are a program's list.
  const quoted = /^[[{]\s*['"]/.test(start) && /['"]\s*[\]}]$/.test(end);
  const severalInBrackets = labels.length > 1 && /^\[[^\]]*$/.test(start) && /^[^[]*\]$/.test(end);
  return quoted || severalInBrackets || (labels.length === 1 && start === '[]');
}
