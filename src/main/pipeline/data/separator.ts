import { looksLikeImage } from './imageFormats.ts';
import type { Layout, SeparatorName } from './labelLine.ts';
import { containsSeparator, hasSeveralFields, separatorNames, splitPath, wholeQuoted } from './labelLine.ts';

export interface SeparatorReport extends Layout {
  /** Between the path and the labels: the same as `separator`. */
  readonly name: SeparatorName;
  /** False where the configuration sets it. */
  readonly detected: boolean;
  /** What the choice rests on, in words. */
  readonly evidence: string;
}

/**
 * Finds what separates path and labels over the lines of all label files: the separator before which most lines have
 * the name of an image. Names without a known ending count if `exists` says that the file is there.
 */
export function detectLayout(
  lines: readonly string[],
  setting: SeparatorName | 'auto',
  exists: (path: string) => boolean,
): SeparatorReport {
  const labelled = lines.filter(
    (line) => separatorNames.some((name) => containsSeparator(line.trim(), name)) && !looksLikeImage(line.trim()),
  );
  const found =
    setting === 'auto' ? detectSeparator(labelled, exists) : { name: setting, evidence: 'set by data.separator' };
  const labels = detectLabelSeparator(labelled, found.name);
  const between = labels.labelSeparator === found.name ? '' : `; ${labels.labelSeparator} between labels`;
  return {
    name: found.name,
    separator: found.name,
    ...labels,
    detected: setting === 'auto',
    evidence: `${found.evidence}${between}`,
  };
}

function detectSeparator(
  lines: readonly string[],
  exists: (path: string) => boolean,
): { name: SeparatorName; evidence: string } {
  if (lines.length === 0) return { name: 'tab', evidence: 'no line has labels' };
  const byName = best(lines, looksLikeImage);
  if (byName.count > 0)
    return { name: byName.name, evidence: `${byName.count} of ${lines.length} lines have an image name before it` };
  const byFile = best(lines, exists);
  if (byFile.count > 0)
    return {
      name: byFile.name,
      evidence: `${byFile.count} of ${lines.length} lines have the name of a file before it`,
    };
  const byCharacter = best(lines, () => true);
  return {
    name: byCharacter.name,
    evidence: `${byCharacter.count} of ${lines.length} lines contain it; no image names were recognized`,
  };
}

/** The separator with the most lines whose path is accepted; on a tie the one that is rarer inside names. */
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

/** The separator that would give this line an image name, if `current` does not. */
export function betterSeparator(line: string, current: SeparatorName): SeparatorName | null {
  const fits = (name: SeparatorName): boolean => {
    const start = splitPath(line, name);
    return start !== null && start.rest !== null && looksLikeImage(start.path.text);
  };
  return fits(current) ? null : (separatorNames.find((name) => name !== current && fits(name)) ?? null);
}

/** Labels are either further columns, or one column with a separator of its own: what more lines show counts. */
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
