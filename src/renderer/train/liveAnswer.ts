import type { RunHistory, RunSummary } from '../../shared/contract/runs.ts';
import type { QueueEntry } from '../../shared/contract/studio.ts';
import type { RunEvent, Stage } from '../../shared/events.ts';
import { runName } from '../../shared/runName.ts';
import type { Tone } from '../components/Answer.tsx';
import type { Wording } from '../i18n/words.ts';
import { metricPoints, stageEpochs, trend } from './curves.ts';
import { stageName } from './stageNames.ts';
import { secondsLeftOfRun } from './timeLeft.ts';

interface Facts {
  readonly run: RunSummary;
  readonly entry: QueueEntry | null;
  readonly history: RunHistory | null;
  readonly progress: Extract<RunEvent, { type: 'progress' }> | null;
  readonly stage: Stage;
}

/** The state of a run in one line, with the number that decides and the reason. */
export function liveAnswer(
  { t, f, said }: Wording,
  { run, entry, history, progress, stage }: Facts,
): { says: string; because: string; tone: Tone } {
  if (entry?.state === 'waiting')
    return {
      tone: 'plain',
      says: t('train.waitsTurn', { run: said(runName(run.name)) }),
      because: t('train.startsItselfWhenRunBefore'),
    };
  if (entry?.state === 'paused')
    return {
      tone: 'warn',
      says: t('train.paused2', { run: said(runName(run.name)) }),
      because: t('train.nothingLostGoesWhereStands'),
    };
  if (entry !== null) return running({ t, f, said } as Wording, { run, history, progress, stage });
  switch (run.state) {
    case 'finished': {
      // Done is not good: the verdict on the model is Export's.
      const lost = run.val.int8Ap === null || run.val.studentAp === null ? null : run.val.studentAp - run.val.int8Ap;
      return {
        tone: 'plain',
        says: t('train.doneInt8MapValidation', { run: said(runName(run.name)), int8Ap: f.points(run.val.int8Ap) }),
        because: `${t('train.took', { seconds: f.duration(run.seconds) })} ${lost === null ? '' : lost > 0.001 ? t('train.quantizingCost', { lost: f.decimal(lost * 100, 1) }) : t('train.quantizingCostNothing')}`,
      };
    }
    case 'failed':
      if (history?.phases.every(({ epochs }) => epochs.length === 0) ?? false)
        return {
          tone: 'bad',
          says: t('train.stoppedBeforeHadLearnedAnything', {
            run: said(runName(run.name)),
            stage: stageName(stage, t),
          }),
          because: t('train.onceReasonPutRightResume'),
        };
      return {
        tone: 'bad',
        says: t('train.stoppedLearnedKept', { run: said(runName(run.name)), stage: stageName(stage, t) }),
        because: t('train.resumeGoesLastCheckpoint'),
      };
    case 'interrupted':
      return {
        tone: 'warn',
        says: t('train.cutOffStudioMachineWent', { run: said(runName(run.name)) }),
        because: t('train.nothingLostResumeGoesLast'),
      };
    case 'created':
      return {
        tone: 'plain',
        says: t('train.notBegun', { run: said(runName(run.name)) }),
        because: t('train.takenOutOfQueueResume'),
      };
    case 'running':
      return {
        tone: 'plain',
        says: t('train.beingTrainedElsewhere', { run: said(runName(run.name)) }),
        because: t('train.commandLineAnotherStudioCurves'),
      };
    default:
      return {
        tone: 'warn',
        says: t('train.stopped', { run: said(runName(run.name)) }),
        because: t('train.resumeGoesWhereStands'),
      };
  }
}

function running(
  { t, f, said }: Wording,
  { run, history, progress, stage }: Omit<Facts, 'entry'>,
): { says: string; because: string; tone: Tone } {
  const doing = progress === null ? t('train.starting') : stageName(progress.stage, t).toLowerCase();
  const { gain, kind } = trend(history === null ? [] : metricPoints(stageEpochs(history.phases, stage), 'macro_ap'));
  const whole = secondsLeftOfRun(run, progress);
  const left =
    whole !== null
      ? t('train.left3', { whole: f.duration(whole) })
      : progress?.secondsLeft == null
        ? ''
        : t('train.leftStage', { secondsLeft: f.duration(progress.secondsLeft) });
  const change = t('train.mapOverLastEpochs', { gain: f.sign(gain * 100, 1) });
  switch (progress !== null && progress.stage !== stage ? 'starting' : kind) {
    case 'starting':
      return {
        tone: 'plain',
        says: t('train.running', { run: said(runName(run.name)), doing }),
        because: left,
      };
    case 'better':
      return { tone: 'plain', says: t('train.gettingBetter'), because: `${change} ${left}` };
    case 'slowly':
      return {
        tone: 'plain',
        says: t('train.stillGettingBetterSlowly'),
        because: `${change} ${left}`,
      };
    case 'flat':
      return { tone: 'plain', says: t('train.noLongerGettingBetter'), because: `${change} ${left}` };
    case 'worse':
      return {
        tone: 'warn',
        says: t('train.gettingWorseBestEpochKept'),
        because: `${change} ${left}`,
      };
  }
}
