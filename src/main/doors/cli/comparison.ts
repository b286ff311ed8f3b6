import type { BundleComparison, Change } from '../../pipeline/export/bundle/compareBundles.ts';
import { score, shortened, table } from './format.ts';
import { t } from './wording.ts';

/** Whether an app built for the old bundle may misread the new one, if it has labels or the input built in. */
export const misreads = ({ misread, labels: { added, removed, moved } }: BundleComparison): boolean =>
  misread.length + added.length + removed.length + moved.length > 0;

/** What differs between two bundles, for a terminal. */
export function describeComparison(found: BundleComparison): string {
  const { sameModel, thresholds } = found;
  const parts = [
    [t(sameModel ? 'cli.diffSameModel' : 'cli.diffOtherModel')],
    appLines(found),
    thresholds.length === 0
      ? []
      : [t('cli.diffThresholds'), changeTable(thresholds, t('cli.diffScaleOfThresholds'), String)],
    testLines(found.test),
    parityLines(found.parity),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function appLines(found: BundleComparison): string[] {
  if (!misreads(found)) return [t('cli.diffReadsSame')];
  const { added, removed, moved } = found.labels;
  const names = (labels: readonly string[]): string => labels.join(', ');
  return [
    t('cli.diffMisread'),
    ...found.misread.map(({ entry, before, after }) => `  ${entry}: ${before ?? '-'} -> ${after ?? '-'}`),
    ...(removed.length === 0 ? [] : [`  ${t('cli.diffLabelsRemoved', { labels: names(removed) })}`]),
    ...(added.length === 0 ? [] : [`  ${t('cli.diffLabelsAdded', { labels: names(added) })}`]),
    ...(moved.length === 0
      ? []
      : [`  ${t('cli.diffLabelsMoved', { labels: names(moved.map(({ label }) => label)), count: moved.length })}`]),
  ];
}

function testLines({ sameImages, macroAp, perClass }: BundleComparison['test']): string[] {
  const lines = [
    t('cli.diffMacroAp', { before: score(macroAp.before), after: score(macroAp.after) }),
    ...(sameImages ? [] : [t('cli.diffOtherTest')]),
  ];
  return perClass.length === 0 ? lines : [...lines, changeTable(perClass, 'AP', score)];
}

function parityLines({ images, decisions, flips }: BundleComparison['parity']): string[] {
  if (images === 0) return [t('cli.diffNoParity')];
  const present = (is: boolean): string => t(is ? 'cli.diffPresent' : 'cli.diffAbsent');
  return [
    t('cli.diffParity', { images, decisions, count: flips.length }),
    ...flips.map(({ image, label, before, after }) => `  ${image}, ${label}: ${present(before)} -> ${present(after)}`),
  ];
}

const changeTable = <T>(
  changes: readonly (Change<T> & { readonly label: string })[],
  title: string,
  text: (value: T) => string,
): string =>
  table([
    [t('cli.columnLabel'), `${title}, ${t('cli.diffOld')}`, t('cli.diffNew')],
    ...changes.map(({ label, before, after }) => [shortened(label, 40), text(before), text(after)]),
  ]);
