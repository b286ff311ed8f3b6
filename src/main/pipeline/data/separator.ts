import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { looksLikeImage } from './imageFormats.ts';
import type { Layout, SeparatorName } from './labelLine.ts';
import { containsSeparator, hasSeveralFields, separatorNames, splitPath, wholeQuoted } from './labelLine.ts';

export interface DetectedLayout extends Layout {
  /** False when data.separator sets the separator. */
  readonly detected: boolean;
  /** Why this separator was chosen. */
  readonly evidence: Message;
}

const separatorWords: Readonly<Record<SeparatorName, Message>> = {
  tab: message('separators.tab'),
  semicolon: message('separators.semicolon'),
  pipe: message('separators.pipe'),
  comma: message('separators.comma'),
  space: message('separators.space'),
};

export const separatorWord = (name: SeparatorName): Message => separatorWords[name];

/**
 * Chooses the separator between path and labels over the lines of all label files: the one that most often follows the
 * name of an image. Names without a known extension count if `exists` finds the file.
 */
export function detectLayout(
  lines: readonly string[],
  setting: SeparatorName | 'auto',
  exists: (path: string) => boolean,
): DetectedLayout {
  const labeled = lines.filter(
    (line) => separatorNames.some((name) => containsSeparator(line.trim(), name)) && !looksLikeImage(line.trim()),
  );
  const { name, evidence } =
    setting === 'auto'
      ? detectSeparator(labeled, exists)
      : { name: setting, evidence: message('separators.configured') };
  const labels = detectLabelSeparator(labeled, name);
  return {
    separator: name,
    ...labels,
    detected: setting === 'auto',
    evidence:
      labels.labelSeparator === name
        ? evidence
        : message('separators.evidenceWithLabels', { evidence, separator: separatorWord(labels.labelSeparator) }),
  };
}

function detectSeparator(
  lines: readonly string[],
  exists: (path: string) => boolean,
): { name: SeparatorName; evidence: Message } {
  if (lines.length === 0) return { name: 'tab', evidence: message('separators.noLabels') };
  const counted = (found: number): { found: number; lines: number } => ({ found, lines: lines.length });
  const byName = best(lines, looksLikeImage);
  if (byName.count > 0)
    return { name: byName.name, evidence: message('separators.byImageName', counted(byName.count)) };
  const byFile = best(lines, exists);
  if (byFile.count > 0) return { name: byFile.name, evidence: message('separators.byFileName', counted(byFile.count)) };
  const byCharacter = best(lines, () => true);
  return { name: byCharacter.name, evidence: message('separators.byCharacter', counted(byCharacter.count)) };
}

/** Returns the separator with the most lines whose path is accepted; on a tie, the one that is rarer inside names. */
function best(lines: readonly string[], accept: (path: string) => boolean): { name: SeparatorName; count: number } {
  let winner = { name: separatorNames[0] as SeparatorName, count: 0 };
  for (const name of separatorNames) {
    const count = lines.filter((line) => {
      const start = splitPath(line, name);
      return start !== null && start.rest !== null && accept(start.path.text);
    }).length;
    if (count > winner.count) winner = { name, count };
  }
  return winner;
}

/** Returns the separator that would give this line an image name; null if `current` does, or none does. */
export function betterSeparator(line: string, current: SeparatorName): SeparatorName | null {
  const fits = (name: SeparatorName): boolean => {
    const start = splitPath(line, name);
    return start !== null && start.rest !== null && looksLikeImage(start.path.text);
  };
  return fits(current) ? null : (separatorNames.find((name) => name !== current && fits(name)) ?? null);
}

/** Labels are either columns of their own or one column with a separator of its own; the majority of lines decides. */
function detectLabelSeparator(
  lines: readonly string[],
  separator: SeparatorName,
): Pick<Layout, 'labelSeparator' | 'quotedLists'> {
  const rests = lines.flatMap((line) => splitPath(line, separator)?.rest ?? []);
  const others = separatorNames.filter(
    (name) => name !== separator && name !== 'space' && !(separator === 'space' && name === 'tab'),
  );
  const inner = (rest: string): boolean => others.some((name) => containsSeparator(rest, name));
  const columns = rests.filter(
    (rest) => hasSeveralFields(rest, separator) && !(separator === 'space' && inner(rest)),
  ).length;
  let winner = { name: separator, count: columns };
  for (const name of others) {
    const count = rests.filter((rest) => containsSeparator(rest, name)).length;
    if (count > winner.count) winner = { name, count };
  }
  const lists = rests.flatMap((rest) => wholeQuoted(rest, separator) ?? []);
  return {
    labelSeparator: winner.name,
    quotedLists: columns === 0 && lists.some((list) => containsSeparator(list, winner.name)),
  };
}
