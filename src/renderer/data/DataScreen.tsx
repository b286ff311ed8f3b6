import { Button } from '@mantine/core';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { splits } from '../../shared/contract/dataset.ts';
import { Answer } from '../components/Answer.tsx';
import type { Wording } from '../i18n/words.ts';
import { useWording } from '../i18n/words.ts';
import { useKeys } from '../stores/keys.ts';
import {
  changeImages,
  loadDataset,
  loadOpinion,
  pendingCount,
  redo,
  refreshShown,
  runCheck,
  saveEdits,
  undo,
  useDataset,
} from '../stores/dataset.ts';
import { reviewOneByOne, setFilter } from '../stores/view.ts';
import { go, onCommand, useStudio } from '../stores/studio.ts';
import { Conflicts } from './Conflicts.tsx';
import { filtered, noFilter, pathsByProblem } from './filter.ts';
import { FilterBar, GridToolbar } from './GridToolbar.tsx';
import { ImportScreen } from './ImportScreen.tsx';
import { withLabel, withoutLabel } from './labelEdits.ts';
import { LabelList } from './LabelList.tsx';
import type { GridHandle } from './PhotoGrid.tsx';
import { PhotoGrid } from './PhotoGrid.tsx';
import { staleness, targets } from './place.ts';
import { ProblemPanel } from './ProblemPanel.tsx';
import { DigitBar, SelectionBar } from './SelectionBar.tsx';
import { allDoubts, suspicionOf } from './suspicion.ts';
import { Viewer } from './Viewer.tsx';
import './data.css';

/** Which labels are wrong or missing? */
export default function DataScreen() {
  const wording = useWording();
  const { w } = wording;
  const project = useStudio((state) => state.project);
  const runs = useStudio((state) => state.runs);
  const { index, labelled, filter, order, shown, edited, check, opinion, conflicts, viewer, counts, splitting } =
    useDataset();
  const grid = useRef<GridHandle>(null);
  const [panel, setPanel] = useState(false);
  const id = project?.id;
  useEffect(() => {
    if (id !== undefined) void loadDataset(id);
  }, [id]);
  useEffect(() => {
    if (index !== null) void loadOpinion();
  }, [index, runs]);
  useEffect(
    () =>
      onCommand((command) => {
        if (command === 'save') void saveEdits();
        if (command === 'undo') undo();
        if (command === 'redo') redo();
      }),
    [],
  );
  const problems = useMemo(() => check?.problems ?? index?.problems ?? [], [check, index]);
  const problemPaths = useMemo(() => pathsByProblem(problems), [problems]);
  const doubts = useMemo(() => allDoubts(index?.paths ?? [], labelled, opinion), [index, labelled, opinion]);
  const suspicion = useMemo(() => new Map([...doubts].map(([image, found]) => [image, suspicionOf(found)])), [doubts]);
  const { leaving, stale } = useMemo(() => {
    const facts = { paths: index?.paths ?? [], labelled, edited, suspicion, problemPaths };
    return staleness(shown, index === null ? [] : filtered(filter, order, facts));
  }, [shown, index, filter, order, labelled, edited, suspicion, problemPaths]);
  // Coming back to this screen is a new look at it.
  useLayoutEffect(() => {
    if (useDataset.getState().index !== null) refreshShown();
  }, []);
  const ready = (): readonly number[] => {
    const images = targets(useDataset.getState());
    return images.length > 0 && grid.current?.reveal(images) === true ? images : [];
  };
  useKeys({ 'mod+s': () => void saveEdits(), 'mod+z': undo, 'mod+shift+z': redo, 'mod+y': redo });

  if (index === null) return <Loading />;
  if (splitting || (index.files.train === '' && index.paths.length === 0)) return <ImportScreen />;
  const empty = index.paths.length === 0;
  const { says, because, tone } = answer(wording, {
    problems,
    doubts,
    unvalidated:
      counts === null ? 0 : counts.all.filter((all, label) => all > 0 && counts.bySplit[1]![label] === 0).length,
    images: index.paths.length,
    checked: check !== null,
    labels: counts === null ? 1 : counts.all.filter((all) => all > 0).length,
    emptySplits: counts === null ? [] : splits.filter((_, split) => counts.images[split] === 0),
  });
  const accept = (chosen: readonly number[]): void => {
    changeImages(
      chosen.filter((image) => doubts.has(image)),
      (state, image) => {
        const [doubt] = doubts.get(image) ?? [];
        if (doubt === undefined) return state;
        return doubt.kind === 'missing' ? withLabel(state, doubt.label) : withoutLabel(state, doubt.label);
      },
    );
  };
  return (
    <>
      {viewer === null && (
        <Answer tone={tone} says={says} because={because}>
          {check === null ? (
            <Button variant="default" onClick={() => void runCheck()}>
              {w('Check the images', 'Comprobar imágenes')}
            </Button>
          ) : null}
          {shown.length > 0 && doubts.size > 0 && (
            <Button onClick={reviewOneByOne}>{w('Review one by one', 'Revisar una a una')}</Button>
          )}
          {counts !== null && counts.images.includes(0) && (
            <Button onClick={() => useDataset.setState({ splitting: true })}>{w('Make a split', 'Repartir')}</Button>
          )}
          {doubts.size === 0 && !empty && tone !== 'bad' && (
            <Button onClick={() => go('train')}>{w('Go to training', 'Ir a entrenar')}</Button>
          )}
        </Answer>
      )}
      {conflicts.length > 0 && <Conflicts conflicts={conflicts} />}
      {viewer !== null ? (
        <Viewer
          images={shown}
          image={viewer}
          leaving={leaving.has(viewer)}
          doubts={doubts}
          problems={problems}
          onAccept={accept}
        />
      ) : (
        <div className="data-columns" data-panel={panel}>
          <LabelList />
          <section className="column data-centre" aria-label={w('Photos', 'Fotos')}>
            <GridToolbar
              shown={shown.length}
              toReview={doubts.size}
              problems={problems.length}
              panelOpen={panel}
              onPanel={() => setPanel(!panel)}
            />
            <FilterBar problems={problems} />
            {shown.length === 0 ? (
              <NothingShown />
            ) : (
              <PhotoGrid ref={grid} images={shown} leaving={leaving} doubts={doubts} onAccept={() => accept(ready())} />
            )}
            <DigitBar doubts={doubts} ready={ready} leaving={leaving.size} stale={stale} />
            <SelectionBar doubts={doubts} ready={ready} onAccept={() => accept(ready())} />
          </section>
          <ProblemPanel problems={problems} />
        </div>
      )}
    </>
  );
}

interface Facts {
  readonly problems: readonly { severity: string }[];
  readonly doubts: ReadonlyMap<number, readonly unknown[]>;
  readonly unvalidated: number;
  readonly images: number;
  readonly checked: boolean;
  /** That occur in some image. */ readonly labels: number;
  readonly emptySplits: readonly string[];
}

function answer(
  { w, f }: Wording,
  { problems, doubts, unvalidated, images, checked, labels, emptySplits }: Facts,
): { says: string; because?: string; tone: 'plain' | 'ok' | 'warn' | 'bad' } {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const noVal =
    unvalidated === 0
      ? undefined
      : w(
          `${f.count(unvalidated)} ${unvalidated === 1 ? 'label has' : 'labels have'} no validation image, so no threshold can be found for ${unvalidated === 1 ? 'it' : 'them'}.`,
          `${f.count(unvalidated)} ${unvalidated === 1 ? 'etiqueta no tiene' : 'etiquetas no tienen'} imagen de validación; no se les puede buscar umbral.`,
        );
  if (errors > 0)
    return {
      tone: 'bad',
      says: w(
        `${f.count(errors)} ${errors === 1 ? 'problem keeps' : 'problems keep'} training from starting.`,
        `${f.count(errors)} ${errors === 1 ? 'problema impide' : 'problemas impiden'} entrenar.`,
      ),
      because: w('Under Problems stands what to do.', 'En Problemas está lo que se puede hacer.'),
    };
  // The check says so too; who has not checked yet is told all the same.
  if (labels === 0)
    return {
      tone: 'bad',
      says: w('No image has a label yet.', 'Ninguna imagen tiene etiqueta todavía.'),
      because: w('Choose photos and press L to add one.', 'Elige fotos y pulsa L para añadir una.'),
    };
  if (emptySplits.length > 0)
    return {
      tone: 'bad',
      says: w(`No image is in ${emptySplits.join(', ')}.`, `No hay imágenes en ${emptySplits.join(', ')}.`),
      because: w(
        'Training needs all three splits: choose photos and move them, or make a split.',
        'Entrenar pide las tres particiones: elige fotos y muévelas, o repártelas.',
      ),
    };
  if (doubts.size > 0) {
    const doubted = [...doubts.values()].reduce((sum, found) => sum + found.length, 0);
    return {
      tone: 'plain',
      says: w(
        `${f.count(doubted)} ${doubted === 1 ? 'label looks' : 'labels look'} missing or wrong, in ${f.count(doubts.size)} ${doubts.size === 1 ? 'image' : 'images'}.`,
        `${f.count(doubted)} ${doubted === 1 ? 'etiqueta parece' : 'etiquetas parecen'} faltar o estar mal, en ${f.count(doubts.size)} ${doubts.size === 1 ? 'imagen' : 'imágenes'}.`,
      ),
      ...(noVal !== undefined && { because: noVal }),
    };
  }
  if (problems.length > 0)
    return {
      tone: 'warn',
      says: w(
        `Ready to train, with ${f.count(problems.length)} ${problems.length === 1 ? 'thing' : 'things'} to know.`,
        `Listo para entrenar, con ${f.count(problems.length)} ${problems.length === 1 ? 'aviso' : 'avisos'}.`,
      ),
      ...(noVal !== undefined && { because: noVal }),
    };
  const because =
    noVal ??
    (checked
      ? w('Nothing looks wrong.', 'Nada parece estar mal.')
      : w(
          'The label files read well. The images have not been checked yet.',
          'Los archivos de etiquetas se leen bien. Las imágenes aún no se han comprobado.',
        ));
  return {
    tone: 'ok',
    says: w(`${f.count(images)} images, ready to train.`, `${f.count(images)} imágenes, listas para entrenar.`),
    because,
  };
}

function Loading() {
  const { w } = useWording();
  return (
    <>
      <Answer says={w('Reading the label files…', 'Leyendo los archivos de etiquetas…')} />
      <div className="data-columns" aria-busy="true">
        <div className="panel line-right" style={{ padding: 16, gap: 8 }}>
          {Array.from({ length: 12 }, (_, i) => (
            <div key={i} className="skeleton" style={{ height: 18 }} />
          ))}
        </div>
        <div className="skeleton-grid">
          {Array.from({ length: 15 }, (_, i) => (
            <div key={i} className="skeleton" style={{ aspectRatio: '1' }} />
          ))}
        </div>
        <div className="panel line-left data-right" />
      </div>
    </>
  );
}

function NothingShown() {
  const { w } = useWording();
  const pending = useDataset(pendingCount);
  const view = useDataset((state) => state.filter.view);
  const why =
    view === 'review'
      ? w(
          'Nothing is left to review: the model agrees with these labels.',
          'No queda nada por revisar: el modelo coincide con estas etiquetas.',
        )
      : view === 'edited' && pending === 0
        ? w('Nothing has been edited since the last save.', 'No hay cambios desde que se guardó.')
        : view === 'unlabelled'
          ? w('Every image has a label.', 'Todas las imágenes tienen etiqueta.')
          : w('No image fits this filter.', 'Ninguna imagen cumple el filtro.');
  return (
    <div className="empty">
      <h2>{why}</h2>
      <div>
        <Button variant="default" onClick={() => setFilter(noFilter)}>
          {w('Show all images', 'Ver todas las imágenes')}
        </Button>
      </div>
    </div>
  );
}
