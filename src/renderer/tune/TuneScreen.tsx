import { ActionIcon, Button } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp } from '@tabler/icons-react';
import { useEffect, useMemo, useRef } from 'react';
import { Answer } from '../components/Answer.tsx';
import { useWording } from '../i18n/words.ts';
import { useCommands } from '../stores/commands.ts';
import { useKeys } from '../stores/keys.ts';
import { go, onCommand, useParts } from '../stores/studio.ts';
import { Confusions } from './Confusions.tsx';
import { ErrorGallery } from './ErrorGallery.tsx';
import { similarLabels } from './GoalPicker.tsx';
import { ScoreHistogram } from './histogram/ScoreHistogram.tsx';
import { TuneFigures } from './figures/TuneFigures.tsx';
import { NothingToTune } from './NothingToTune.tsx';
import { tuneAnswer, unreached } from './tuneAnswer.ts';
import { TuneList } from './TuneList.tsx';
import { TuneToolbar } from './TuneToolbar.tsx';
import type { TuneView } from './tuneStore.ts';
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

/** Answers where a label's threshold should be, and what that costs. */
export default function TuneScreen() {
  const wording = useWording();
  const { t } = wording;
  const { runs, run, project } = useParts('runs', 'run', 'project');
  const tunable = useMemo(
    () =>
      runs.filter(
        ({ trashed, stages }) =>
          !trashed && stages.some(({ stage, state }) => stage === 'thresholds' && state === 'finished'),
      ),
    [runs],
  );
  // A run that finishes meanwhile does not replace the one being tuned.
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
  // Returning to this screen refreshes its list.
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
              ? t('tune.unlock', { label: tune.labels[label]! })
              : t('tune.lock', { label: tune.labels[label]! }),
            hint: 'X',
            run: () => toggleLock(label),
          },
          {
            id: 'reset',
            text: t('tune.searchFound', { label: tune.labels[label]! }),
            hint: 'R',
            run: () => reset(label),
          },
          {
            id: 'similar',
            text: t('tune.goalOfSimilarLabels', { label: tune.labels[label]! }),
            run: applySimilar,
          },
          {
            id: 'resetAll',
            text: t('tune.allThresholdsSearchFoundThem'),
            run: resetAll,
          },
          { id: 'errors', text: t('tune.showErrors'), run: () => setView('errors') },
          { id: 'confusions', text: t('tune.showConfusions'), run: () => setView('confusions') },
          ...tune.labels.map((name, c) => ({
            id: `label-${c}`,
            text: t('tune.tune', { name }),
            searched: true,
            run: () => useTune.setState({ label: c }),
          })),
        ],
  );
  if (chosen === undefined) return <NothingToTune training={runs.some(({ state }) => state === 'running')} />;
  if (tune === null || val === null || own === undefined || useTune.getState().key !== key)
    return <Answer headline={t('tune.readingScores')} />;
  const table = val.tables[label]!;
  const name = tune.labels[label]!;
  const { headline, reason, tone } = tuneAnswer(wording, {
    name,
    table,
    k: own.k,
    before: saved[label]!.k,
    global: tune.globalK,
    unreached: unreached(table, own),
  });
  return (
    <>
      <Answer tone={tone} headline={headline} reason={reason}>
        <span className={keeping === 'failed' ? 'small warn' : 'small quiet'}>
          {keeping === 'failed' ? t('tune.notSaved') : keeping === 'soon' ? t('tune.saving') : t('tune.savedRun')}
        </span>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('common.undo')}
          disabled={done.length === 0}
          onClick={undo}
        >
          <IconArrowBackUp size={16} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('common.redo')}
          disabled={undone.length === 0}
          onClick={redo}
        >
          <IconArrowForwardUp size={16} />
        </ActionIcon>
        <Button onClick={() => go('export', chosen.id)}>{t('tune.goExport')}</Button>
      </Answer>
      <div className="tune">
        <TuneList />
        <section className="column" aria-label={name}>
          <TuneToolbar label={label} locked={own.locked} onApplySimilar={applySimilar} runs={tunable} run={chosen.id} />
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
