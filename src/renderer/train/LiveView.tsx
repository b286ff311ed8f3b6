import { useEffect, useState } from 'react';
import type { RunSummary } from '../../shared/contract/runs.ts';
import type { JobCommand, Stage } from '../../shared/events.ts';
import { runName } from '../../shared/runName.ts';
import { call } from '../api/client.ts';
import { ErrorNote } from '../components/ErrorNote.tsx';
import { useWording } from '../i18n/words.ts';
import { useCommands } from '../stores/commands.ts';
import { useKeys } from '../stores/keys.ts';
import { attempt, useParts } from '../stores/studio.ts';
import type { Smoothing } from './ChartControls.tsx';
import { ChartControls, smoothings } from './ChartControls.tsx';
import { adoptRun } from './configStore.ts';
import { LabelTable } from './LabelTable.tsx';
import type { Measure } from './MeasureControl.tsx';
import { LiveCharts } from './LiveCharts.tsx';
import { Figures, LiveAnswer } from './LiveProgress.tsx';
import { MachineNow } from './MachineNow.tsx';
import { Queue } from './Queue.tsx';
import { repeatWithSeeds } from './repeatWithSeeds.ts';
import { RunActions } from './RunActions.tsx';
import { RunNotes } from './RunNotes.tsx';
import { trainedStages } from './stageParts.ts';
import { StageTrack } from './StageTrack.tsx';
import { planRun } from './trainView.ts';
import { useHistory } from './useHistory.ts';
import { Watched } from './Watched.tsx';

/** Answers whether the run is still improving, and when it is done. */
export function LiveView({ run }: { run: RunSummary }) {
  const { t, said } = useWording();
  const { queue, project } = useParts('queue', 'project');
  const history = useHistory(run);
  const [metric, setMetric] = useState<Measure>('macro_ap');
  const [smoothing, setSmoothing] = useState<Smoothing>(0.6);
  const entry = queue.find((own) => own.run === run.id);
  const running = entry !== undefined && entry.state !== 'waiting';
  const current = run.stages.find(({ state }) => state === 'running')?.stage ?? null;
  // For a run that is not training, show the student: it is what ships, and it trains longest.
  const lastTrained =
    (['student', 'qat', 'teacher'] as const).find((stage) => history?.phases.some((phase) => phase.stage === stage)) ??
    'teacher';
  const [picked, setPicked] = useState<Stage | null>(null);
  const stage = picked ?? (current !== null && trainedStages.has(current) ? current : lastTrained);
  useEffect(() => setPicked(null), [current]);
  const command = (sent: JobCommand): void =>
    void attempt(() => call('runs.command', { project: run.project, run: run.id, command: sent }));
  const pause = (): void => command({ type: entry?.state === 'paused' ? 'continue' : 'pause' });
  useKeys({
    ...(running && { p: pause }),
    s: () => setSmoothing(smoothings[(smoothings.indexOf(smoothing) + 1) % smoothings.length]!),
    n: () => planRun(true),
  });
  useCommands(() => [
    ...(running
      ? [
          {
            id: 'pause',
            text:
              entry.state === 'paused'
                ? t('train.go', { run: said(runName(run.name)) })
                : t('train.pause', { run: said(runName(run.name)) }),
            hint: 'P',
            run: pause,
          },
          {
            id: 'finish',
            text: t('train.finishStageNowKeepBest'),
            run: () => command({ type: 'finishPhase' }),
          },
        ]
      : []),
    { id: 'new', text: t('train.newRun'), hint: 'N', run: () => planRun(true) },
    {
      id: 'seeds',
      text: t('train.repeatTwoOtherSeeds', { run: said(runName(run.name)) }),
      run: () => void repeatWithSeeds(run),
    },
    {
      id: 'again',
      text: t('train.useSettingsOfAgain', { run: said(runName(run.name)) }),
      run: () => {
        adoptRun(run);
        planRun(true);
      },
    },
  ]);
  return (
    <>
      <LiveAnswer run={run} entry={entry ?? null} history={history} stage={stage}>
        <RunActions
          run={run}
          entry={entry ?? null}
          running={running}
          current={current}
          command={command}
          onPause={pause}
        />
      </LiveAnswer>
      {run.problem !== null && entry === undefined && <ErrorNote problem={{ ...run.problem, kind: 'internal' }} />}
      <StageTrack run={run} chosen={stage} onChoose={setPicked} running={running} />
      <div className="live">
        <div className="column live-main">
          <div className="row live-head">
            <Figures run={run} history={history} stage={stage} running={running} />
            <span className="grow" />
            <ChartControls
              run={run}
              smoothing={smoothing}
              onSmoothing={setSmoothing}
              metric={metric}
              onMetric={setMetric}
            />
          </div>
          {history === null ? (
            <div className="skeleton grow" />
          ) : (
            <LiveCharts
              run={run}
              history={history}
              stage={stage}
              metric={metric}
              smoothing={smoothing}
              running={running && stage === current}
            />
          )}
          {history !== null && history.watched.length > 0 && <Watched watched={history.watched} />}
        </div>
        <aside className="panel line-left live-right">
          {history !== null && <LabelTable history={history} stage={stage} />}
          <RunNotes history={history} />
          {running && <MachineNow run={run} />}
          {project !== null && <Queue project={project.id} />}
        </aside>
      </div>
    </>
  );
}
