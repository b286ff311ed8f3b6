import { IconCheck } from '@tabler/icons-react';
import type { RunSummary } from '../../shared/contract/runs.ts';
import type { Stage } from '../../shared/events.ts';
import { useWording } from '../i18n/words.ts';
import { useProgress } from '../stores/studio.ts';
import { stageName } from './stageNames.ts';
import type { Part } from './stageParts.ts';
import { stageParts, trainedStages } from './stageParts.ts';

/** The stages of a run, each as long as its expected work where known. A click shows a stage's curves. */
export function StageTrack({
  run,
  chosen,
  onChoose,
  running,
}: {
  run: RunSummary;
  chosen: Stage;
  onChoose(stage: Stage): void;
  running: boolean;
}) {
  const { t, f, said } = useWording();
  const progress = useProgress(running ? run.id : null);
  const name = ({ stage, phase }: Part): string =>
    `${stageName(stage, t)}${phase === null ? '' : phase === 'head' ? ' A' : ' B'}`;
  const meaning = ({ phase }: Part): string | undefined =>
    phase === 'head' ? t('train.newLastLayerAlone') : phase === 'finetune' ? t('train.bFineTuning') : undefined;
  return (
    <ol className="stage-track line-bottom" aria-label={t('train.stages')}>
      {stageParts(run, progress).map((part) => {
        const { stage, phase, state, seconds, weight } = part;
        const now = state === 'running' && progress?.stage === stage;
        const share = now ? progress.done / Math.max(1, progress.total) : state === 'finished' ? 1 : 0;
        return (
          <li key={`${stage}/${phase}`} style={{ flexGrow: weight }} data-state={state}>
            <button
              type="button"
              disabled={!trainedStages.has(stage)}
              aria-current={chosen === stage ? 'true' : undefined}
              title={meaning(part)}
              onClick={() => onChoose(stage)}
            >
              <span className="track">
                <i style={{ width: `${share * 100}%` }} />
              </span>
              <span className="row cut small">
                {state === 'finished' && <IconCheck size={13} className="ok" aria-label={t('train.done')} role="img" />}
                <span className="cut">{name(part)}</span>
              </span>
              <span className="small quiet cut">
                {seconds !== null
                  ? f.duration(seconds)
                  : now
                    ? progress.secondsLeft === null
                      ? said(progress.activity)
                      : t('train.go3', { secondsLeft: f.duration(progress.secondsLeft) })
                    : ''}
                &nbsp;
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
