import { Button } from '@mantine/core';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Answer } from '../components/Answer.tsx';
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
import { dataAnswer } from './dataAnswer.ts';
import { filtered, noFilter, pathsByFinding } from './filter.ts';
import { FilterBar, GridToolbar } from './GridToolbar.tsx';
import { ImportScreen } from './ImportScreen.tsx';
import { withLabel, withoutLabel } from './labelEdits.ts';
import { LabelList } from './LabelList.tsx';
import type { GridHandle } from './PhotoGrid.tsx';
import { PhotoGrid } from './PhotoGrid.tsx';
import { staleness, targets } from './place.ts';
import { ProblemPanel } from './ProblemPanel.tsx';
import { incomplete, readinessOf } from './readiness.ts';
import { DigitBar, SelectionBar } from './SelectionBar.tsx';
import { allDoubts, suspicionOf } from './suspicion.ts';
import { UnlabeledNote, UnlabeledReplies } from './Unlabeled.tsx';
import { Viewer } from './Viewer.tsx';
import './data.css';

/** Answers which labels are wrong or missing. */
export default function DataScreen() {
  const wording = useWording();
  const { t } = wording;
  const project = useStudio((state) => state.project);
  const runs = useStudio((state) => state.runs);
  const { index, labeled, filter, order, shown, edited, check, opinion, conflicts, viewer, counts, splitting } =
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
  const findings = useMemo(() => check?.findings ?? index?.findings ?? [], [check, index]);
  const problemPaths = useMemo(() => pathsByFinding(findings), [findings]);
  const doubts = useMemo(() => allDoubts(index?.paths ?? [], labeled, opinion), [index, labeled, opinion]);
  const suspicion = useMemo(() => new Map([...doubts].map(([image, found]) => [image, suspicionOf(found)])), [doubts]);
  const { leaving, stale } = useMemo(() => {
    const facts = { paths: index?.paths ?? [], labeled, edited, suspicion, problemPaths };
    return staleness(shown, index === null ? [] : filtered(filter, order, facts));
  }, [shown, index, filter, order, labeled, edited, suspicion, problemPaths]);
  // Returning to this screen refreshes its list.
  useLayoutEffect(() => {
    if (useDataset.getState().index !== null) refreshShown();
  }, []);
  const ready = (): readonly number[] => {
    const images = targets(useDataset.getState());
    return images.length > 0 && grid.current?.reveal(images) === true ? images : [];
  };
  const meaning = index?.unlabeled ?? 'ask';
  const readiness = useMemo(
    () => (counts === null ? null : readinessOf(labeled, counts, { meaning, edited: edited.size > 0 })),
    [labeled, counts, meaning, edited],
  );
  useKeys({ 'mod+s': () => void saveEdits(), 'mod+z': undo, 'mod+shift+z': redo, 'mod+y': redo });

  if (index === null) return <Loading />;
  if (splitting || (index.files.train === '' && index.paths.length === 0)) return <ImportScreen />;
  const empty = index.paths.length === 0;
  if (readiness === null) return <Loading />;
  const { headline, reason, tone, asks } = dataAnswer(wording, {
    problems: findings,
    doubts,
    checked: check !== null,
    readiness,
    vocabulary: labeled.vocabulary,
  });
  const missing = incomplete(readiness);
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
        <Answer tone={tone} headline={headline} reason={reason}>
          {asks === 'unlabeled' && <UnlabeledReplies />}
          {check === null && asks === undefined ? (
            <Button variant="default" onClick={() => void runCheck()}>
              {t('data.checkImages')}
            </Button>
          ) : null}
          {asks === undefined && missing.length > 0 && doubts.size === 0 && tone === 'warn' && (
            <Button variant="default" onClick={() => setFilter({ ...noFilter, any: missing })}>
              {t('data.showTheseLabels')}
            </Button>
          )}
          {asks === undefined && shown.length > 0 && doubts.size > 0 && (
            <Button onClick={reviewOneByOne}>{t('data.reviewOneOne')}</Button>
          )}
          {counts !== null && counts.images.includes(0) && (
            <Button onClick={() => useDataset.setState({ splitting: true })}>{t('data.makeSplit')}</Button>
          )}
          {asks === undefined && doubts.size === 0 && !empty && tone !== 'bad' && (
            <Button onClick={() => go('train')}>{t('common.goTraining')}</Button>
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
          findings={findings}
          onAccept={accept}
        />
      ) : (
        <div className="data-columns" data-panel={panel}>
          <LabelList />
          <section className="column data-center" aria-label={t('data.photos')}>
            <GridToolbar
              shown={shown.length}
              toReview={doubts.size}
              unlabeled={readiness.unlabeled}
              problems={findings.length}
              panelOpen={panel}
              onPanel={() => setPanel(!panel)}
            />
            <FilterBar />
            {asks === undefined && filter.view === 'unlabeled' && <UnlabeledNote readiness={readiness} />}
            {shown.length === 0 ? (
              <NothingShown />
            ) : (
              <PhotoGrid ref={grid} images={shown} leaving={leaving} doubts={doubts} onAccept={() => accept(ready())} />
            )}
            <DigitBar doubts={doubts} ready={ready} leaving={leaving.size} stale={stale} />
            <SelectionBar doubts={doubts} ready={ready} onAccept={() => accept(ready())} />
          </section>
          <ProblemPanel findings={findings} />
        </div>
      )}
    </>
  );
}

function Loading() {
  const { t } = useWording();
  return (
    <>
      <Answer headline={t('data.readingLabelFiles')} />
      <div className="data-columns" aria-busy="true">
        <div className="panel line-right label-list-loading">
          {Array.from({ length: 12 }, (_, i) => (
            <div key={i} className="skeleton" />
          ))}
        </div>
        <div className="skeleton-grid">
          {Array.from({ length: 15 }, (_, i) => (
            <div key={i} className="skeleton" />
          ))}
        </div>
        <div className="panel line-left data-right" />
      </div>
    </>
  );
}

function NothingShown() {
  const { t } = useWording();
  const pending = useDataset(pendingCount);
  const view = useDataset((state) => state.filter.view);
  const why =
    view === 'review'
      ? t('data.nothingLeftReviewModelAgrees')
      : view === 'edited' && pending === 0
        ? t('data.nothingEditedSinceLastSave')
        : view === 'unlabeled'
          ? t('data.everyImageLabel')
          : t('data.noImageFitsFilter');
  return (
    <div className="empty">
      <h2>{why}</h2>
      <div>
        <Button variant="default" onClick={() => setFilter(noFilter)}>
          {t('data.showAllImages')}
        </Button>
      </div>
    </div>
  );
}
