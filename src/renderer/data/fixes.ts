import { notifications } from '@mantine/notifications';
import type { LabelProblem, Repairable } from '../../shared/contract/dataset.ts';
import { splits } from '../../shared/contract/dataset.ts';
import type { Words } from '../i18n/words.ts';
import { changeImages, labelNumber, repairLines, useDataset } from '../stores/dataset.ts';
import { setFilter } from '../stores/view.ts';

/** What can be done about one kind of problem in one step. Edits of labels wait to be saved and can be undone; the text of the files is mended in the files, with a backup. */
export interface Fix {
  readonly name: string;
  run(): void;
}

/** Lines that do nothing but harm. */
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

export function fixesFor(code: string, found: readonly LabelProblem[], w: Words): Fix[] {
  const mend = (name: string, repairable: Repairable): Fix => ({
    name,
    run: () =>
      void repairLines(repairable).then((lines) => {
        if (lines !== null) tell(lines, w);
      }),
  });
  const takeLinesOut: Fix = { name: w('Take the lines out', 'Quitar las líneas'), run: () => takeOut(found) };
  switch (code) {
    case 'missing':
      return [
        ...(found.some(({ message }) => message.includes('is that meant?'))
          ? [mend(w('Correct the paths', 'Corregir las rutas'), 'missing')]
          : []),
        takeLinesOut,
      ];
    case 'encoding':
      return [mend(w('Convert to UTF-8', 'Convertir a UTF-8'), 'encoding')];
    case 'headerLine':
    case 'malformedLine':
      return [mend(w('Make it a remark', 'Dejarla como comentario'), code)];
    // A link that leads out has a line of its own in the list; a path that leads out is in none.
    case 'outside':
      return imagesAt(found).length > 0
        ? [takeLinesOut]
        : [mend(w('Make it a remark', 'Dejarla como comentario'), 'outside')];
    case 'otherSeparator':
      return [mend(w('Write it like the rest', 'Escribirla como el resto'), 'otherSeparator')];
    case 'unknownLabel':
      return [mend(w('Add to the classes', 'Añadir a las clases'), 'unknownLabel')];
    case 'yoloList':
      return [
        { name: w('Import the labels', 'Importar las etiquetas'), run: () => useDataset.setState({ splitting: true }) },
      ];
    case 'missingLabelFile':
    case 'emptySplit':
      return [{ name: w('Make a split', 'Repartir'), run: () => useDataset.setState({ splitting: true }) }];
    case 'similarLabels':
      return [{ name: w('Spell alike', 'Unificar'), run: () => found.forEach(mergeSpellings) }];
    case 'twoLabelSets':
      return [{ name: w('Join the labels', 'Unir las etiquetas'), run: () => joinLabels(found) }];
    case 'separatorInLabel':
      return [{ name: w('Split the labels', 'Separar las etiquetas'), run: () => splitLabels(found) }];
    case 'notInTrain':
    case 'fewPositives':
      return [{ name: w('Filter', 'Filtrar'), run: () => filterLabels(found) }];
    default:
      return removable.has(code) ? [takeLinesOut] : [];
  }
}

function tell(lines: number, w: Words): void {
  const message =
    lines === 0
      ? w('Nothing could be put right.', 'No se ha podido corregir nada.')
      : lines === 1
        ? w(
            '1 line was put right in the file. A backup was kept.',
            'Se ha corregido 1 línea en el archivo. Se guardó una copia.',
          )
        : w(
            `${lines} lines were put right in the files. A backup was kept.`,
            `Se han corregido ${lines} líneas en los archivos. Se guardó una copia.`,
          );
  notifications.show({ message, closeButtonProps: { 'aria-label': w('Close', 'Cerrar') } });
}

type Place = Pick<LabelProblem, 'file' | 'line' | 'path'>;

/** The images that stand in these lines. */
export function imagesAt(places: readonly Place[]): number[] {
  const { index } = useDataset.getState();
  if (index === null) return [];
  const wanted = new Set(places.map(({ file, line, path }) => `${file?.replace(/\.txt$/, '')}\t${line}\t${path}`));
  return index.paths.flatMap((path, i) =>
    wanted.has(`${splits[index.split[i]!]}\t${index.line[i]!}\t${path}`) ? [i] : [],
  );
}

/** Of images that stand twice the first stays (train before val before test, as the files are read); of the broken ones none. */
function takeOut(found: readonly LabelProblem[]): void {
  changeImages(imagesAt(found), (state) => ({ ...state, removed: true }));
}

/** All lines of one image get the labels of all of them. */
function joinLabels(found: readonly LabelProblem[]): void {
  const { labelled } = useDataset.getState();
  const joined = new Map<number, readonly number[]>();
  for (const problem of found) {
    const images = imagesAt([problem, ...problem.others]);
    const labels = [...new Set(images.flatMap((image) => labelled.states[image]!.labels))];
    for (const image of images) joined.set(image, labels);
  }
  changeImages([...joined.keys()], (state, image) => ({ ...state, labels: joined.get(image)! }));
}

/** 'apple;pear' becomes 'apple' and 'pear'. */
function splitLabels(found: readonly LabelProblem[]): void {
  const images = imagesAt(found);
  const { states, vocabulary } = useDataset.getState().labelled;
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

/** The spelling that most images have wins. */
function mergeSpellings({ label, message }: LabelProblem): void {
  const { labelled, counts } = useDataset.getState();
  if (label === null || counts === null) return;
  const plain = (name: string): string =>
    name
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[\s_-]+/g, '');
  const alike = labelled.vocabulary.flatMap((name, number) =>
    plain(name) === plain(label) || message.includes(`'${name}'`) ? [number] : [],
  );
  const best = alike.reduce((a, b) => (counts.all[b]! > counts.all[a]! ? b : a), alike[0] ?? -1);
  if (best < 0) return;
  const images = labelled.states.flatMap(({ labels }, i) =>
    labels.some((own) => own !== best && alike.includes(own)) ? [i] : [],
  );
  changeImages(images, (state) => ({
    ...state,
    labels: [...new Set(state.labels.map((own) => (alike.includes(own) ? best : own)))],
  }));
}

function filterLabels(found: readonly LabelProblem[]): void {
  const { labelled } = useDataset.getState();
  setFilter({
    view: 'all',
    any: found
      .flatMap(({ label }) => (label === null ? [] : [labelled.vocabulary.indexOf(label)]))
      .filter((label) => label >= 0),
    all: [],
    not: [],
  });
}
