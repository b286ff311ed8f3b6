import { Button, Menu, SegmentedControl, Select } from '@mantine/core';
import { IconDots, IconFlag, IconPlayerPause, IconPlayerPlay, IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useEffect, useState } from 'react';
import type { RunHistory, RunSummary } from '../../shared/contract/runs.ts';
import type { QueueEntry } from '../../shared/contract/studio.ts';
import type { JobCommand, Stage } from '../../shared/events.ts';
import { call } from '../api/client.ts';
import { Answer } from '../components/Answer.tsx';
import { ErrorNote } from '../components/ErrorNote.tsx';
import { useWording } from '../i18n/words.ts';
import { useCommands } from '../stores/commands.ts';
import { useKeys } from '../stores/keys.ts';
import { attempt, go, useParts, useProgress, useStudio } from '../stores/studio.ts';
import { adoptRun } from './configStore.ts';
import { stageEpochs } from './curves.ts';
import { LabelTable } from './LabelTable.tsx';
import { liveAnswer } from './liveAnswer.ts';
import type { Measure } from './LiveCharts.tsx';
import { LiveCharts } from './LiveCharts.tsx';
import { MachineNow } from './MachineNow.tsx';
import { Queue } from './Queue.tsx';
import { stageName } from './stageNames.ts';
import { StageTrack } from './StageTrack.tsx';
import { secondsLeftOfRun } from './timeLeft.ts';
import { planRun } from './trainView.ts';
import { useHistory } from './useHistory.ts';
import { Watched } from './Watched.tsx';

export const trained: readonly Stage[] = ['teacher', 'student', 'qat'];
const smoothings = [0, 0.6, 0.9] as const;

/** Answers whether the run is still improving, and when it is done. */
export function LiveView({ run }: { run: RunSummary }) {
  const { t, f, said } = useWording();
  const { queue, runs, project } = useParts('queue', 'runs', 'project');
  const history = useHistory(run);
  const [metric, setMetric] = useState<Measure>('macro_ap');
  const [smoothing, setSmoothing] = useState<(typeof smoothings)[number]>(0.6);
  const entry = queue.find((own) => own.run === run.id);
  const running = entry !== undefined && entry.state !== 'waiting';
  const current = run.stages.find(({ state }) => state === 'running')?.stage ?? null;
  // For a run that is not training, show the student: it is what ships, and it trains longest.
  const lastTrained =
    (['student', 'qat', 'teacher'] as const).find((stage) => history?.phases.some((phase) => phase.stage === stage)) ??
    'teacher';
  const [picked, setPicked] = useState<Stage | null>(null);
  const stage = picked ?? (current !== null && trained.includes(current) ? current : lastTrained);
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
                ? t('train.go', { run: said(run.name) })
                : t('train.pause', { run: said(run.name) }),
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
      text: t('train.repeatTwoOtherSeeds', { run: said(run.name) }),
      run: () => void repeatWithSeeds(run),
    },
    {
      id: 'again',
      text: t('train.useSettingsOfAgain', { run: said(run.name) }),
      run: () => {
        adoptRun(run);
        planRun(true);
      },
    },
  ]);
  // A program that is gone may have left the run in this state: another machine or container cannot be checked from
  // here.
  const elsewhere = entry === undefined && run.state === 'running';
  const resumable = entry === undefined && run.state !== 'finished' && run.state !== 'running';
  return (
    <>
      <LiveAnswer run={run} entry={entry ?? null} history={history} stage={stage}>
        {running && (
          <Button
            variant="subtle"
            leftSection={entry.state === 'paused' ? <IconPlayerPlay size={15} /> : <IconPlayerPause size={15} />}
            onClick={pause}
          >
            {entry.state === 'paused' ? t('train.go2') : t('train.pause2')}
            <kbd>P</kbd>
          </Button>
        )}
        {running && current !== null && trained.includes(current) && (
          <Button
            variant="default"
            leftSection={<IconFlag size={15} />}
            onClick={() => command({ type: 'finishPhase' })}
          >
            {t('train.finishNowKeepBest')}
          </Button>
        )}
        {resumable && (
          <Button onClick={() => void attempt(() => call('runs.resume', { project: run.project, run: run.id }))}>
            {t('train.resume')}
          </Button>
        )}
        {elsewhere && (
          <Button
            variant="default"
            title={t('train.anotherProgramTrainingRunIf')}
            onClick={() => void attempt(() => call('runs.takeOver', { project: run.project, run: run.id }))}
          >
            {t('train.takeOver')}
          </Button>
        )}
        {run.state === 'finished' && (
          <Button onClick={() => go('tune', run.id)}>{t('train.tune', { run: said(run.name) })}</Button>
        )}
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="subtle" px={6} aria-label={t('train.more')}>
              <IconDots size={16} />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconPlus size={14} />} onClick={() => planRun(true)}>
              {t('train.newRun')}
            </Menu.Item>
            <Menu.Item
              onClick={() => {
                adoptRun(run);
                planRun(true);
              }}
            >
              {t('train.useSettingsAgain')}
            </Menu.Item>
            <Menu.Item onClick={() => void repeatWithSeeds(run)}>{t('train.repeatTwoOtherSeeds2')}</Menu.Item>
            {running && (
              <Menu.Item onClick={() => command({ type: 'stop' })}>{t('train.stopCheckpointResumeLater')}</Menu.Item>
            )}
            {entry !== undefined && (
              <Menu.Item
                color="red"
                onClick={() => void attempt(() => call('runs.cancel', { project: run.project, run: run.id }))}
              >
                {running ? t('train.stopOnce') : t('train.takeOutOfQueue')}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
        <Button variant="default" leftSection={<IconPlus size={15} />} onClick={() => planRun(true)}>
          {t('train.newRun2')}
          <kbd>N</kbd>
        </Button>
      </LiveAnswer>
      {run.problem !== null && entry === undefined && (
        <ErrorNote problem={{ kind: 'internal', message: run.problem.message, detail: run.problem.detail }} />
      )}
      <StageTrack run={run} chosen={stage} onChoose={setPicked} running={running} />
      <div className="live">
        <div className="column live-main">
          <div className="row live-head">
            <Figures run={run} history={history} stage={stage} running={running} />
            <span className="grow" />
            {runs.length > 1 && (
              <Select
                aria-label={t('common.run')}
                w={150}
                data={runs
                  .filter(({ trashed }) => !trashed)
                  .map(({ id, name }) => ({ value: id, label: said(name) }))
                  .reverse()}
                value={run.id}
                onChange={(id) => {
                  if (id !== null) go('train', id);
                  useStudio.setState({ run: id });
                }}
              />
            )}
            <Select
              aria-label={t('train.smoothing')}
              w={118}
              data={smoothings.map((value) => ({
                value: String(value),
                label: value === 0 ? t('train.raw') : t('train.smooth', { value: f.decimal(value, 1) }),
              }))}
              value={String(smoothing)}
              onChange={(value) => setSmoothing(Number(value) as (typeof smoothings)[number])}
            />
            <SegmentedControl
              aria-label={t('common.measure')}
              data={[
                { value: 'macro_ap', label: 'mAP' },
                { value: 'macro_f1', label: 'F1' },
                { value: 'val_loss', label: t('common.loss') },
              ]}
              value={metric}
              onChange={(value) => setMetric(value as Measure)}
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
          <Notes history={history} />
          {running && <MachineNow run={run} />}
          {project !== null && <Queue project={project.id} />}
        </aside>
      </div>
    </>
  );
}

/** Only repeats tell whether a difference between settings is more than chance; Compare groups them. */
async function repeatWithSeeds({ project, config, preset, expected }: RunSummary): Promise<void> {
  for (const seed of [config.seed + 1, config.seed + 2])
    await attempt(() => call('runs.start', { project, config: { ...config, seed }, preset, expected }));
}

/**
 * The components below subscribe to progress every second, so that the rest of the screen does not rerender with it.
 */
function LiveAnswer({
  run,
  entry,
  history,
  stage,
  children,
}: {
  run: RunSummary;
  entry: QueueEntry | null;
  history: RunHistory | null;
  stage: Stage;
  children: ReactNode;
}) {
  const wording = useWording();
  const progress = useProgress(entry !== null && entry.state !== 'waiting' ? run.id : null);
  const { headline, reason, tone } = liveAnswer(wording, { run, entry, history, progress, stage });
  return (
    <Answer tone={tone} headline={headline} reason={reason}>
      {children}
    </Answer>
  );
}

function Figures({
  run,
  history,
  stage,
  running,
}: {
  run: RunSummary;
  history: RunHistory | null;
  stage: Stage;
  running: boolean;
}) {
  const { t, f } = useWording();
  const progress = useProgress(running ? run.id : null);
  const { epochs } = stageEpochs(history?.phases ?? [], stage);
  const best = epochs.reduce<(typeof epochs)[number] | null>(
    (a, b) => ((b.metrics.macro_ap ?? -1) > (a?.metrics.macro_ap ?? -1) ? b : a),
    null,
  );
  const whole = secondsLeftOfRun(run, progress);
  const left = whole ?? progress?.secondsLeft ?? null;
  const ends = left === null ? '' : f.clock(new Date(Date.now() + left * 1000));
  return (
    <>
      <Figure
        value={f.points(epochs.at(-1)?.metrics.macro_ap ?? null)}
        name={t('train.valMap', { stage: stageName(stage, t).toLowerCase() })}
      />
      <Figure
        value={f.points(best?.metrics.macro_ap ?? null)}
        name={best === null ? t('train.best') : t('train.bestEpoch', { x: best.x })}
      />
      {progress === null ? (
        <Figure value={f.duration(run.seconds)} name={t('train.ofWork')} />
      ) : (
        <Figure
          value={f.duration(left)}
          name={
            left === null
              ? t('train.left')
              : whole === null
                ? t('train.leftOfStageEnds', { ends })
                : t('train.leftEnds', { ends })
          }
        />
      )}
      {progress?.rate != null && (
        <Figure
          value={f.decimal(progress.rate, 1)}
          name={t(progress.unit === 'images' ? 'train.imagesPerSecond' : 'train.stepsPerSecond')}
        />
      )}
    </>
  );
}

const Figure = ({ value, name }: { value: string; name: string }) => (
  <div className="figure">
    <strong>{value}</strong>
    <span className="small quiet">{name}</span>
  </div>
);

function Notes({ history }: { history: RunHistory | null }) {
  const { t, said } = useWording();
  if (history === null || history.notes.length === 0) return null;
  return (
    <details className="line-top notes">
      <summary>
        {t('train.notesOfRun')} <span className="quiet">{history.notes.length}</span>
      </summary>
      <ul className="small">
        {history.notes.map(({ at, message, level }) => (
          <li key={at + message} className={level === 'warning' ? 'warn' : 'soft'}>
            {said(message)}
          </li>
        ))}
      </ul>
    </details>
  );
}
