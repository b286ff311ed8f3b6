import { notifications } from '@mantine/notifications';
import type { LabelProblem, Repairable } from '../../shared/contract/dataset.ts';
import { splits } from '../../shared/contract/dataset.ts';
import type { Translate } from '../i18n/words.ts';
import { changeImages, labelNumber, repairLines, useDataset } from '../stores/dataset.ts';
import { setFilter } from '../stores/view.ts';

/**
 * One-step fixes per kind of problem. Label edits wait to be saved and can be undone; fixes of the text are written to
 * the files at once, with a backup.
 */
export interface Fix {
  readonly name: string;
  run(): void;
}

/** Kinds of problems whose lines can only be removed. */
const removable = new Set([
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

export function fixesFor(code: string, found: readonly LabelProblem[], t: Translate): Fix[] {
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
        ...(found.some(({ message }) => message.includes('is that meant?'))
          ? [mend(t('data.correctPaths'), 'missing')]
          : []),
        takeLinesOut,
      ];
    case 'encoding':
      return [mend(t('data.convertUtf8'), 'encoding')];
    case 'headerLine':
    case 'malformedLine':
      return [mend(t('data.makeRemark'), code)];
    // A link that leads out of the project has a line in the list; a path that leads out was never read into it.
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

type Place = Pick<LabelProblem, 'file' | 'line' | 'path'>;

/** The images on these lines. */
export function imagesAt(places: readonly Place[]): number[] {
  const { index } = useDataset.getState();
  if (index === null) return [];
  const wanted = new Set(places.map(({ file, line, path }) => `${file?.replace(/\.txt$/, '')}\t${line}\t${path}`));
  return index.paths.flatMap((path, i) =>
    wanted.has(`${splits[index.split[i]!]}\t${index.line[i]!}\t${path}`) ? [i] : [],
  );
}

/**
 * Keeps the first of images that are listed twice (train before val before test, as the files are read) and none of the
 * damaged ones.
 */
function takeOut(found: readonly LabelProblem[]): void {
  changeImages(imagesAt(found), (state) => ({ ...state, removed: true }));
}

/** Gives all lines of an image the union of their labels. */
function joinLabels(found: readonly LabelProblem[]): void {
  const { labeled } = useDataset.getState();
  const joined = new Map<number, readonly number[]>();
  for (const problem of found) {
    const images = imagesAt([problem, ...problem.others]);
    const labels = [...new Set(images.flatMap((image) => labeled.states[image]!.labels))];
    for (const image of images) joined.set(image, labels);
  }
  changeImages([...joined.keys()], (state, image) => ({ ...state, labels: joined.get(image)! }));
}

/** Splits 'apple;pear' into 'apple' and 'pear'. */
function splitLabels(found: readonly LabelProblem[]): void {
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

/** The most frequent spelling wins. */
function mergeSpellings({ label, message }: LabelProblem): void {
  const { labeled, counts } = useDataset.getState();
  if (label === null || counts === null) return;
  const plain = (name: string): string =>
    name
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[\s_-]+/g, '');
  const alike = labeled.vocabulary.flatMap((name, number) =>
    plain(name) === plain(label) || message.includes(`'${name}'`) ? [number] : [],
  );
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

function filterLabels(found: readonly LabelProblem[]): void {
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
