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
import { ScoreHistogram } from './histogram/ScoreHistogram.tsx';
import { TuneFigures } from './figures/TuneFigures.tsx';
import { f1 } from './counts.ts';
import { TuneList } from './TuneList.tsx';
import type { Threshold } from './scores.ts';
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
  const { t, said } = wording;
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
          <div className="toolbar">
            <GoalPicker label={label} />
            <span className="grow" />
            <SegmentedControl
              aria-label={t('common.shown')}
              data={[
                { value: 'scores', label: t('tune.scores') },
                { value: 'errors', label: t('tune.errors') },
                { value: 'confusions', label: t('tune.confusions') },
              ]}
              value={view}
              onChange={(value) => setView(value as TuneView)}
            />
            <Button
              className="wide-only"
              variant="subtle"
              onClick={applySimilar}
              title={t('tune.givesGoalLabelsAboutMany')}
            >
              {t('tune.applySimilar')}
            </Button>
            <ActionIcon
              variant="subtle"
              color={own.locked ? 'blue' : 'gray'}
              aria-pressed={own.locked}
              aria-label={t('tune.lockX')}
              onClick={() => toggleLock(label)}
            >
              {own.locked ? <IconLock size={16} /> : <IconLockOpen size={16} />}
            </ActionIcon>
            <ActionIcon variant="subtle" color="gray" aria-label={t('tune.foundSearchR')} onClick={() => reset(label)}>
              <IconRotate size={16} />
            </ActionIcon>
            {tunable.length > 1 && (
              <Select
                aria-label={t('common.run')}
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
  { t, f }: Wording,
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
): { headline: string; reason: string; tone: 'plain' | 'warn' } {
  const now = table[k]!;
  const was = table[before]!;
  const positives = now.tp + now.fn;
  if (positives === 0)
    return {
      tone: 'warn',
      headline: t('tune.notMeasuredNoValidationImage2', { name, global: f.score(global / 256) }),
      reason: t('tune.moveSomeImagesOfVal'),
    };
  const least =
    goal?.goal === 'precision'
      ? t('tune.noThresholdReachesPrecisionBest', { minprecision: f.score(goal.min_precision, 2) })
      : goal?.goal === 'recall'
        ? t('tune.noThresholdReachesRecallBest', { minrecall: f.score(goal.min_recall, 2) })
        : null;
  const alarms = t('tune.countFalseAlarms', { count: now.fp, number: f.count(now.fp) });
  const reason =
    k === before
      ? t('tune.f1ValidationThresholdsChosenLittle', { now: f.score(f1(now), 2) })
      : t('tune.beforeOf', {
          before: f.score(before / 256),
          tp: f.count(was.tp),
          positives: f.count(positives),
          fp: f.count(was.fp),
        });
  return {
    tone: least === null ? 'plain' : 'warn',
    headline: t('tune.findsOf', {
      name,
      k: f.score(k / 256),
      tp: f.count(now.tp),
      positives: f.count(positives),
      alarms,
    }),
    reason: least ?? reason,
  };
}

/** The goal of this threshold, when no threshold reaches it. */
function unreached(table: readonly Confusion[], { k, goal }: Threshold): LabelGoal | null {
  const best = goal === null ? null : bestK(table, goal);
  return best !== null && !best.reached && best.k === k ? goal : null;
}

function NothingToTune({ training }: { training: boolean }) {
  const { t } = useWording();
  return (
    <>
      <Answer tone="warn" headline={t('tune.thereNoTrainedModelTune')} />
      <div className="empty">
        <h2>{training ? t('tune.runWay') : t('tune.thresholdsComeAfterTraining')}</h2>
        <p>{t('tune.everyRunEndsLookingScore')}</p>
        <div>
          <Button onClick={() => go('train')}>{t('common.goTraining')}</Button>
        </div>
      </div>
    </>
  );
}
