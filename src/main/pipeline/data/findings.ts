import type { Finding, FindingCode } from '../../../shared/findings.ts';
import { findingCodes, findingTexts } from '../../../shared/findings.ts';
import type { Translate } from '../../../shared/locales/translate.ts';
import { translator } from '../../../shared/locales/translate.ts';
import type { Message } from '../../../shared/message.ts';
import { message, say } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';

/** The place of a finding; any part of it may be unknown. */
type Where = Partial<Omit<Finding, 'code' | 'severity' | 'message'>>;

export function finding(
  code: FindingCode,
  severity: Finding['severity'],
  text: Message,
  { split = null, file = null, line = null, path = null, label = null, detail = null, others = [] }: Where,
): Finding {
  return { code, severity, split, file, line, path, label, message: text, detail, others };
}

export const errorsIn = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ severity }) => severity === 'error');

/** 'train.txt:12: The path is empty.' */
function located({ file, line, message: text }: Finding): Message {
  if (file === null) return text;
  return message('findings.located', { place: line === null ? file : `${file}:${line}`, message: text });
}

/** Findings by severity and kind, errors first. */
function byKind(findings: readonly Finding[]): Finding[][] {
  const groups = Map.groupBy(findings, ({ code, severity }) => `${severity} ${code}`);
  return (['error', 'warning'] as const)
    .flatMap((severity) => findingCodes.map((code) => groups.get(`${severity} ${code}`)))
    .filter((group) => group !== undefined);
}

/**
 * Findings as text for people: errors first, one paragraph per kind, the first `perKind` of each with file and line.
 */
export function formatFindings(findings: readonly Finding[], t: Translate, perKind = 5): string {
  const paragraphs = byKind(findings).map((group) => paragraph(group, t, perKind));
  return [...paragraphs, summary(findings, t)].join('\n\n');
}

function paragraph(group: readonly Finding[], t: Translate, perKind: number): string {
  const { code, severity } = group[0]!;
  const { title, advice } = findingTexts[code];
  const heading = { title, count: group.length };
  const lines = group
    .slice(0, perKind)
    .map((found) => `${say(t, located(found))}${found.detail === null ? '' : ` [${found.detail}]`}`);
  const more = group.length > perKind ? [say(t, message('findings.more', { count: group.length - perKind }))] : [];
  return [
    say(
      t,
      severity === 'error' ? message('findings.errorHeading', heading) : message('findings.warningHeading', heading),
    ),
    ...[...lines, ...more, `-> ${say(t, advice)}`].map((line) => `  ${line}`),
  ].join('\n');
}

function summary(findings: readonly Finding[], t: Translate): string {
  if (findings.length === 0) return say(t, message('findings.none'));
  const errors = errorsIn(findings).length;
  return say(
    t,
    message('findings.summary', {
      errors: message('findings.errorCount', { count: errors }),
      warnings: message('findings.warningCount', { count: findings.length - errors }),
    }),
  );
}

/** One message per kind with its first finding: short enough for the log of a run. */
export const findingNotes = (findings: readonly Finding[]): Message[] =>
  byKind(findings).map((group) => {
    const { title } = findingTexts[group[0]!.code];
    return message('findings.note', { title, count: group.length, finding: located(group[0]!) });
  });

const MOST_IN_DETAIL = 20;

/** Throws a Problem of kind 'data' when there are errors, because they block training. */
export function refuseErrors(findings: readonly Finding[]): void {
  const errors = errorsIn(findings);
  const first = errors[0];
  if (first === undefined) return;
  const texts = { finding: located(first), advice: findingTexts[first.code].advice };
  // Details are English in every language, like those of other problems.
  const detail = formatFindings(errors, translator('en'), MOST_IN_DETAIL);
  throw errors.length === 1
    ? new Problem('data.blocked', texts, detail)
    : new Problem('data.blockedByMore', { ...texts, count: errors.length - 1 }, detail);
}
