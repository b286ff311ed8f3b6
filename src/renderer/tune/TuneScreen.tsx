import { ActionIcon, Button, SegmentedControl, Select } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp, IconLock, IconLockOpen, IconRotate } from '@tabler/icons-react';
import { useEffect, useMemo, useRef } from 'react';
import { Answer } from '../components/Answer.tsx';
import type { Wording } from '../i18n/words.ts';
import { useWording } from '../i18n/words.ts';
import { useCommands } from '../stores/commands.ts';
import { useKeys } from '../stores/keys.ts';
import { go, onCommand, useParts, useStudio } from '../stores/studio.ts';
import type { LabelGoal } from '../../shared/metrics/goal.ts';
import type { Confusion } from '../../shared/metrics/metrics.ts';
import { bestK } from './goals.ts';
import { Confusions } from './Confusions.tsx';
import { ErrorGallery } from './ErrorGallery.tsx';
import { GoalPicker, similarLabels } from './GoalPicker.tsx';
import { ScoreHistogram } from './ScoreHistogram.tsx';
import { TuneFigures } from './TuneFigures.tsx';
import { f1 } from './counts.ts';
import { TuneList } from './TuneList.tsx';
import type { Threshold, TuneView } from './tuneStore.ts';
import {
  applyGoal,
  flush,
  loadTune,
  redo,
  reset,
  resetAll,
  setThreshold,
  sortAgain,
  stepLabel,
  toggleLock,
  undo,
  useTune,
} from './tuneStore.ts';
import './tune.css';

const PAGE = 13; // .05 of 256

/** Where does the threshold go, and what does it cost? */
export default function TuneScreen() {
  const wording = useWording();
  const { w, said } = wording;
  const { runs, run, project } = useParts('runs', 'run', 'project');
  const tunable = useMemo(
    () =>
      runs.filter(
        ({ trashed, stages }) =>
          !trashed && stages.some(({ stage, state }) => stage === 'thresholds' && state === 'finished'),
      ),
    [runs],
  );
  // A run that ends meanwhile does not take the place of the one that somebody is tuning.
  const first = useRef<string | null>(null);
  const chosen =
    tunable.find(({ id }) => id === run) ?? tunable.find(({ id }) => id === first.current) ?? tunable.at(-1);
  first.current = chosen?.id ?? null;
  const { tune, val, thresholds, saved, label, view, done, undone, keeping } = useTune();
  const setView = (shown: TuneView): void => useTune.setState({ view: shown });
  const key = chosen === undefined || project === null ? null : `${project.id}/${chosen.id}`;
  useEffect(() => {
    if (chosen !== undefined && project !== null) void loadTune(project.id, chosen.id);
  }, [chosen?.id, project?.id]);
  useEffect(() => {
    const leave = (): void => void flush();
    window.addEventListener('pagehide', leave);
    return () => window.removeEventListener('pagehide', leave);
  }, []);
  useEffect(
    () =>
      onCommand((command) => {
        if (command === 'undo') undo();
        if (command === 'redo') redo();
      }),
    [],
  );
  // Coming back to this screen is a new look at it.
  useEffect(sortAgain, []);
  const own = thresholds[label];
  const nudge = (by: number) => (): void => {
    if (own !== undefined) setThreshold(label, own.k + by);
  };
  useKeys({
    j: () => stepLabel(1),
    k: () => stepLabel(-1),
    ArrowDown: () => stepLabel(1),
    ArrowUp: () => stepLabel(-1),
    ArrowRight: nudge(1),
    ArrowLeft: nudge(-1),
    PageUp: nudge(PAGE),
    PageDown: nudge(-PAGE),
    x: () => toggleLock(label),
    r: () => reset(label),
    'mod+z': undo,
    'mod+shift+z': redo,
    'mod+y': redo,
    f: () => document.querySelector<HTMLElement>('.goal-picker input:checked, .goal-picker input')?.focus(),
    g: () => undefined,
  });
  const applySimilar = (): void => {
    if (val !== null && tune !== null && own !== undefined)
      applyGoal([label, ...similarLabels(val, label)], own.goal ?? tune.goal);
  };
  useCommands(() =>
    tune === null || own === undefined
      ? []
      : [
          {
            id: 'lock',
            text: own.locked
              ? w(`Unlock ${tune.labels[label]}`, `Desbloquear ${tune.labels[label]}`)
              : w(`Lock ${tune.labels[label]}`, `Bloquear ${tune.labels[label]}`),
            hint: 'X',
            run: () => toggleLock(label),
          },
          {
            id: 'reset',
            text: w(`${tune.labels[label]} as the search found it`, `${tune.labels[label]} como lo halló la búsqueda`),
            hint: 'R',
            run: () => reset(label),
          },
          {
            id: 'similar',
            text: w(
              `The goal of ${tune.labels[label]} for similar labels`,
              `El objetivo de ${tune.labels[label]} para las parecidas`,
            ),
            run: applySimilar,
          },
          {
            id: 'resetAll',
            text: w('All thresholds as the search found them', 'Todos los umbrales como los halló la búsqueda'),
            run: resetAll,
          },
          { id: 'errors', text: w('Show the errors', 'Ver los errores'), run: () => setView('errors') },
          { id: 'confusions', text: w('Show the confusions', 'Ver las confusiones'), run: () => setView('confusions') },
          ...tune.labels.map((name, c) => ({
            id: `label-${c}`,
            text: w(`Tune ${name}`, `Ajustar ${name}`),
            searched: true,
            run: () => useTune.setState({ label: c }),
          })),
        ],
  );
  if (chosen === undefined) return <NothingToTune training={runs.some(({ state }) => state === 'running')} />;
  if (tune === null || val === null || own === undefined || useTune.getState().key !== key)
    return <Answer says={w('Reading the scores…', 'Leyendo las puntuaciones…')} />;
  const table = val.tables[label]!;
  const name = tune.labels[label]!;
  const { says, because, tone } = tuneAnswer(wording, {
    name,
    table,
    k: own.k,
    before: saved[label]!.k,
    global: tune.globalK,
    unreached: unreached(table, own),
  });
  return (
    <>
      <Answer tone={tone} says={says} because={because}>
        <span className={keeping === 'failed' ? 'small warn' : 'small quiet'}>
          {keeping === 'failed'
            ? w('not saved', 'sin guardar')
            : keeping === 'soon'
              ? w('saving…', 'guardando…')
              : w('saved in the run', 'guardado')}
        </span>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={w('Undo', 'Deshacer')}
          disabled={done.length === 0}
          onClick={undo}
        >
          <IconArrowBackUp size={16} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={w('Redo', 'Rehacer')}
          disabled={undone.length === 0}
          onClick={redo}
        >
          <IconArrowForwardUp size={16} />
        </ActionIcon>
        <Button onClick={() => go('export', chosen.id)}>{w('Go to export', 'Ir a exportar')}</Button>
      </Answer>
      <div className="tune">
        <TuneList />
        <section className="column" aria-label={name}>
          <div className="toolbar">
            <GoalPicker label={label} />
            <span className="grow" />
            <SegmentedControl
              aria-label={w('What is shown', 'Qué se muestra')}
              data={[
                { value: 'scores', label: w('Scores', 'Puntos') },
                { value: 'errors', label: w('Errors', 'Errores') },
                { value: 'confusions', label: w('Confusions', 'Confusiones') },
              ]}
              value={view}
              onChange={(value) => setView(value as TuneView)}
            />
            <Button
              className="wide-only"
              variant="subtle"
              onClick={applySimilar}
              title={w(
                'Gives this goal to the labels with about as many images',
                'Da este objetivo a las etiquetas con parecidas imágenes',
              )}
            >
              {w('Apply to similar', 'Aplicar a parecidas')}
            </Button>
            <ActionIcon
              variant="subtle"
              color={own.locked ? 'blue' : 'gray'}
              aria-pressed={own.locked}
              aria-label={w('Lock (X)', 'Bloquear (X)')}
              onClick={() => toggleLock(label)}
            >
              {own.locked ? <IconLock size={16} /> : <IconLockOpen size={16} />}
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={w('As found by the search (R)', 'Como lo halló la búsqueda (R)')}
              onClick={() => reset(label)}
            >
              <IconRotate size={16} />
            </ActionIcon>
            {tunable.length > 1 && (
              <Select
                aria-label={w('Run', 'Entrenamiento')}
                w={150}
                data={tunable.map((one) => ({ value: one.id, label: said(one.name) })).reverse()}
                value={chosen.id}
                onChange={(id) => {
                  if (id !== null) useStudio.setState({ run: id });
                }}
              />
            )}
          </div>
          <div className="tune-body">
            {view === 'errors' ? (
              <ErrorGallery label={label} k={own.k} />
            ) : view === 'confusions' ? (
              <Confusions />
            ) : (
              <ScoreHistogram val={val} label={label} k={own.k} before={saved[label]!.k} />
            )}
            <TuneFigures label={label} k={own.k} />
          </div>
        </section>
      </div>
    </>
  );
}

function tuneAnswer(
  { w, f }: Wording,
  {
    name,
    table,
    k,
    before,
    global,
    unreached: goal,
  }: {
    name: string;
    table: readonly Confusion[];
    k: number;
    before: number;
    global: number;
    unreached: LabelGoal | null;
  },
): { says: string; because: string; tone: 'plain' | 'warn' } {
  const now = table[k]!;
  const was = table[before]!;
  const positives = now.tp + now.fn;
  if (positives === 0)
    return {
      tone: 'warn',
      says: w(
        `${name} is not measured: no validation image. It uses the common threshold ${f.score(global / 256)}.`,
        `${name} está sin medir: no tiene imagen de validación. Usa el umbral común ${f.score(global / 256)}.`,
      ),
      because: w(
        'Move some images of it to val.txt, and train again.',
        'Mueve algunas imágenes suyas a val.txt y entrena otra vez.',
      ),
    };
  const least =
    goal?.goal === 'precision'
      ? w(
          `No threshold reaches precision ${f.score(goal.min_precision, 2)}: this is the best F1.`,
          `Ningún umbral alcanza una precisión de ${f.score(goal.min_precision, 2)}: este es el mejor F1.`,
        )
      : goal?.goal === 'recall'
        ? w(
            `No threshold reaches recall ${f.score(goal.min_recall, 2)}: this is the best F1.`,
            `Ningún umbral alcanza una exhaustividad de ${f.score(goal.min_recall, 2)}: este es el mejor F1.`,
          )
        : null;
  const alarms = w(
    `${f.count(now.fp)} false ${now.fp === 1 ? 'alarm' : 'alarms'}`,
    `${f.count(now.fp)} ${now.fp === 1 ? 'falsa alarma' : 'falsas alarmas'}`,
  );
  const because =
    k === before
      ? w(
          `F1 ${f.score(f1(now), 2)} on validation, on which the thresholds were chosen: a little optimistic.`,
          `F1 ${f.score(f1(now), 2)} en validación, con la que se eligieron los umbrales: algo optimista.`,
        )
      : w(
          `Before, at ${f.score(before / 256)}: ${f.count(was.tp)} of ${f.count(positives)}, with ${f.count(was.fp)}.`,
          `Antes, con ${f.score(before / 256)}: ${f.count(was.tp)} de ${f.count(positives)}, con ${f.count(was.fp)}.`,
        );
  return {
    tone: least === null ? 'plain' : 'warn',
    says: w(
      `${name} at ${f.score(k / 256)}: finds ${f.count(now.tp)} of ${f.count(positives)}, with ${alarms}.`,
      `${name} con ${f.score(k / 256)}: encuentra ${f.count(now.tp)} de ${f.count(positives)}, con ${alarms}.`,
    ),
    because: least ?? because,
  };
}

/** The goal that this threshold was chosen for, where no threshold reaches it. */
function unreached(table: readonly Confusion[], { k, goal }: Threshold): LabelGoal | null {
  const best = goal === null ? null : bestK(table, goal);
  return best !== null && !best.reached && best.k === k ? goal : null;
}

function NothingToTune({ training }: { training: boolean }) {
  const { w } = useWording();
  return (
    <>
      <Answer tone="warn" says={w('There is no trained model to tune yet.', 'Aún no hay modelo que ajustar.')} />
      <div className="empty">
        <h2>
          {training
            ? w('A run is on its way.', 'Hay un entrenamiento en marcha.')
            : w('Thresholds come after training.', 'Los umbrales vienen tras entrenar.')}
        </h2>
        <p>
          {w(
            'Every run ends by looking for the score from which each label counts as present. Here you see what that decides, and change it.',
            'Cada entrenamiento acaba buscando desde qué puntuación cuenta cada etiqueta. Aquí ves qué decide eso, y lo cambias.',
          )}
        </p>
        <div>
          <Button onClick={() => go('train')}>{w('Go to training', 'Ir a entrenar')}</Button>
        </div>
      </div>
    </>
  );
}
