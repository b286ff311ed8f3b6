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

/** The state of a run in one line, with the deciding number and the reason. */
export function liveAnswer(
  { t, f, said }: Wording,
  { run, entry, history, progress, stage }: Facts,
): { headline: string; reason: string; tone: Tone } {
  if (entry?.state === 'waiting')
    return {
      tone: 'plain',
      headline: t('train.waitsTurn', { run: said(runName(run.name)) }),
      reason: t('train.startsItselfWhenRunBefore'),
    };
  if (entry?.state === 'paused')
    return {
      tone: 'warn',
      headline: t('train.paused2', { run: said(runName(run.name)) }),
      reason: t('train.nothingLostGoesWhereStands'),
    };
  if (entry !== null) return running({ t, f, said } as Wording, { run, history, progress, stage });
  switch (run.state) {
    case 'finished': {
      // Finished does not mean good: Export gives the verdict on the model.
      const lost = run.val.int8Ap === null || run.val.studentAp === null ? null : run.val.studentAp - run.val.int8Ap;
      const took = t('train.took', { seconds: f.duration(run.seconds) });
      const cost =
        lost === null
          ? ''
          : lost > 0.001
            ? t('train.quantizingCost', { lost: f.decimal(lost * 100, 1) })
            : t('train.quantizingCostNothing');
      return {
        tone: 'plain',
        headline: t('train.doneInt8MapValidation', { run: said(runName(run.name)), int8Ap: f.points(run.val.int8Ap) }),
        reason: `${took} ${cost}`,
      };
    }
    case 'failed':
      if (history?.phases.every(({ epochs }) => epochs.length === 0) ?? false)
        return {
          tone: 'bad',
          headline: t('train.stoppedBeforeHadLearnedAnything', {
            run: said(runName(run.name)),
            stage: stageName(stage, t),
          }),
          reason: t('train.onceReasonPutRightResume'),
        };
      return {
        tone: 'bad',
        headline: t('train.stoppedLearnedKept', { run: said(runName(run.name)), stage: stageName(stage, t) }),
        reason: t('train.resumeGoesLastCheckpoint'),
      };
    case 'interrupted':
      return {
        tone: 'warn',
        headline: t('train.cutOffStudioMachineWent', { run: said(runName(run.name)) }),
        reason: t('train.nothingLostResumeGoesLast'),
      };
    case 'created':
      return {
        tone: 'plain',
        headline: t('train.notBegun', { run: said(runName(run.name)) }),
        reason: t('train.takenOutOfQueueResume'),
      };
    case 'running':
      return {
        tone: 'plain',
        headline: t('train.beingTrainedElsewhere', { run: said(runName(run.name)) }),
        reason: t('train.commandLineAnotherStudioCurves'),
      };
    default:
      return {
        tone: 'warn',
        headline: t('train.stopped', { run: said(runName(run.name)) }),
        reason: t('train.resumeGoesWhereStands'),
      };
  }
}

function running(
  { t, f, said }: Wording,
  { run, history, progress, stage }: Omit<Facts, 'entry'>,
): { headline: string; reason: string; tone: Tone } {
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
        headline: t('train.running', { run: said(runName(run.name)), doing }),
        reason: left,
      };
    case 'better':
      return { tone: 'plain', headline: t('train.gettingBetter'), reason: `${change} ${left}` };
    case 'slowly':
      return {
        tone: 'plain',
        headline: t('train.stillGettingBetterSlowly'),
        reason: `${change} ${left}`,
      };
    case 'flat':
      return { tone: 'plain', headline: t('train.noLongerGettingBetter'), reason: `${change} ${left}` };
    case 'worse':
      return {
        tone: 'warn',
        headline: t('train.gettingWorseBestEpochKept'),
        reason: `${change} ${left}`,
      };
  }
}
