import { notifications } from '@mantine/notifications';
import type { Repairable } from '../../shared/contract/dataset.ts';
import { splits } from '../../shared/contract/dataset.ts';
import type { Finding, FindingCode, Place } from '../../shared/findings.ts';
import { looseLabel } from '../../shared/hiddenCharacters.ts';
import type { Translate } from '../i18n/words.ts';
import { changeImages, labelNumber, repairLines, useDataset } from '../stores/dataset.ts';
import { setFilter } from '../stores/view.ts';

/**
 * A fix for all findings of one kind in one step. Edits of labels wait to be saved and can be undone; errors in the
 * text of the label files are fixed in the files, with a backup.
 */
export interface Fix {
  readonly name: string;
  run(): void;
}

/** Kinds whose lines can be removed: their images are unusable or listed elsewhere. */
const removable: ReadonlySet<FindingCode> = new Set<FindingCode>([
  'missing',
  'imageKind',
  'notAnImage',
  'truncated',
  'pathTwice',
  'contentTwice',
  'inTwoSplits',
  'unreadable',
  'tooLarge',
]);

export function fixesFor(code: FindingCode, found: readonly Finding[], t: Translate): Fix[] {
  const mend = (name: string, repairable: Repairable): Fix => ({
    name,
    run: () =>
      void repairLines(repairable).then((lines) => {
        if (lines !== null) tell(lines, t);
      }),
  });
  const takeLinesOut: Fix = { name: t('data.takeLinesOut'), run: () => takeOut(found) };
  switch (code) {
    case 'missing':
      return [
        ...(found.some(({ message }) => message.code === 'findings.missing.similar')
          ? [mend(t('data.correctPaths'), 'missing')]
          : []),
        takeLinesOut,
      ];
    case 'encoding':
      return [mend(t('data.convertUtf8'), 'encoding')];
    case 'headerLine':
    case 'malformedLine':
      return [mend(t('data.makeRemark'), code)];
    // A link that leads outside is an image of the list; a path that leads outside was left out of it.
    case 'outside':
      return imagesAt(found).length > 0 ? [takeLinesOut] : [mend(t('data.makeRemark'), 'outside')];
    case 'otherSeparator':
      return [mend(t('data.writeLikeRest'), 'otherSeparator')];
    case 'unknownLabel':
      return [mend(t('data.addClasses'), 'unknownLabel')];
    case 'yoloList':
      return [{ name: t('data.importLabels'), run: () => useDataset.setState({ splitting: true }) }];
    case 'missingLabelFile':
    case 'emptySplit':
      return [{ name: t('data.makeSplit'), run: () => useDataset.setState({ splitting: true }) }];
    case 'similarLabels':
      return [{ name: t('data.spellAlike'), run: () => found.forEach(mergeSpellings) }];
    case 'twoLabelSets':
      return [{ name: t('data.joinLabels'), run: () => joinLabels(found) }];
    case 'separatorInLabel':
      return [{ name: t('data.splitLabels'), run: () => splitLabels(found) }];
    case 'notInTrain':
    case 'fewPositives':
      return [{ name: t('data.filter2'), run: () => filterLabels(found) }];
    default:
      return removable.has(code) ? [takeLinesOut] : [];
  }
}

function tell(lines: number, t: Translate): void {
  const message = lines === 0 ? t('data.nothingCouldPutRight') : t('data.linesFixed', { count: lines });
  notifications.show({ message, closeButtonProps: { 'aria-label': t('common.close') } });
}

/** Returns the images of these lines. */
export function imagesAt(places: readonly (Place | Finding)[]): number[] {
  const { index } = useDataset.getState();
  if (index === null) return [];
  const wanted = new Set(places.map(({ file, line, path }) => `${file?.replace(/\.txt$/, '')}\t${line}\t${path}`));
  return index.paths.flatMap((path, i) =>
    wanted.has(`${splits[index.split[i]!]}\t${index.line[i]!}\t${path}`) ? [i] : [],
  );
}

/** Removes the lines of the findings. Of a repeated image the first line stays, because the finding is at the last. */
function takeOut(found: readonly Finding[]): void {
  changeImages(imagesAt(found), (state) => ({ ...state, removed: true }));
}

/** Gives all lines of an image the labels of all of them. */
function joinLabels(found: readonly Finding[]): void {
  const { labeled } = useDataset.getState();
  const joined = new Map<number, readonly number[]>();
  for (const finding of found) {
    const images = imagesAt([finding, ...finding.others]);
    const labels = [...new Set(images.flatMap((image) => labeled.states[image]!.labels))];
    for (const image of images) joined.set(image, labels);
  }
  changeImages([...joined.keys()], (state, image) => ({ ...state, labels: joined.get(image)! }));
}

/** 'apple;pear' becomes 'apple' and 'pear'. */
function splitLabels(found: readonly Finding[]): void {
  const images = imagesAt(found);
  const { states, vocabulary } = useDataset.getState().labeled;
  const parts = new Map(
    [...new Set(images.flatMap((image) => states[image]!.labels))].map((label) => [
      label,
      vocabulary[label]!.split(/[,;|\t]/)
        .map((part) => part.trim())
        .filter((part) => part !== '')
        .map(labelNumber),
    ]),
  );
  changeImages(images, (state) => ({
    ...state,
    labels: [...new Set(state.labels.flatMap((label) => parts.get(label)!))],
  }));
}

/** Replaces all spellings of a label by the most frequent one. */
function mergeSpellings({ label }: Finding): void {
  const { labeled, counts } = useDataset.getState();
  if (label === null || counts === null) return;
  const alike = labeled.vocabulary.flatMap((name, number) => (looseLabel(name) === looseLabel(label) ? [number] : []));
  const best = alike.reduce((a, b) => (counts.all[b]! > counts.all[a]! ? b : a), alike[0] ?? -1);
  if (best < 0) return;
  const images = labeled.states.flatMap(({ labels }, i) =>
    labels.some((own) => own !== best && alike.includes(own)) ? [i] : [],
  );
  changeImages(images, (state) => ({
    ...state,
    labels: [...new Set(state.labels.map((own) => (alike.includes(own) ? best : own)))],
  }));
}

function filterLabels(found: readonly Finding[]): void {
  const { labeled } = useDataset.getState();
  setFilter({
    view: 'all',
    any: found
      .flatMap(({ label }) => (label === null ? [] : [labeled.vocabulary.indexOf(label)]))
      .filter((label) => label >= 0),
    all: [],
    not: [],
  });
}
