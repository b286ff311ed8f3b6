import type { ReactNode } from 'react';
import type { RunHistory, RunSummary } from '../../shared/contract/runs.ts';
import type { QueueEntry } from '../../shared/contract/studio.ts';
import type { Stage } from '../../shared/events.ts';
import { Answer } from '../components/Answer.tsx';
import { useWording } from '../i18n/words.ts';
import { useProgress } from '../stores/studio.ts';
import { stageEpochs } from './curves.ts';
import { liveAnswer } from './liveAnswer.ts';
import { stageName } from './stageNames.ts';
import { secondsLeftOfRun } from './timeLeft.ts';

// These components subscribe to progress every second, so that the rest of the screen does not rerender with it.

/** Whether the run is still improving, and when it is done. */
export function LiveAnswer({
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

/** The figures of the stage, and the time left. */
export function Figures({
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
