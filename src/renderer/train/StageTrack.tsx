import { IconCheck } from '@tabler/icons-react';
import type { RunSummary } from '../../shared/contract/runs.ts';
import type { Stage } from '../../shared/events.ts';
import { useWording } from '../i18n/words.ts';
import { useProgress } from '../stores/studio.ts';
import { stageName } from './stageNames.ts';

const trained = new Set<Stage>(['teacher', 'student', 'qat']);

/** The way of a run; parts are as long as their work where that is known. A click shows a stage's curves. */
export function StageTrack({ run, chosen, onChoose, running }: { run: RunSummary; chosen: Stage; onChoose(stage: Stage): void; running: boolean }) {
  const { w, f } = useWording();
  const progress = useProgress(running ? run.id : null);
  const guess = (stage: Stage, seconds: number): number => Math.sqrt(Math.max(seconds, stage === 'teacher' || stage === 'student' ? 60 : stage === 'qat' ? 20 : 4));
  return (
    <ol className="stage-track line-bottom" aria-label={w('Stages', 'Etapas')}>
      {run.stages.map(({ stage, state, seconds }) => {
        const now = progress?.stage === stage && state !== 'finished';
        const share = now ? progress.done / Math.max(1, progress.total) : state === 'finished' ? 1 : 0;
        return (
          <li key={stage} style={{ flexGrow: guess(stage, seconds) }} data-state={state}>
            <button type="button" disabled={!trained.has(stage)} aria-current={chosen === stage ? 'true' : undefined} onClick={() => onChoose(stage)}>
              <span className="track"><i style={{ width: `${share * 100}%` }} /></span>
              <span className="row cut small">{state === 'finished' && <IconCheck size={13} className="ok" aria-label={w('done', 'hecho')} role="img" />}<span className="cut">{stageName(stage, w)}</span></span>
              <span className="small quiet cut">{state === 'finished' ? f.duration(seconds) : now ? (progress.secondsLeft === null ? progress.activity : w(`${f.duration(progress.secondsLeft)} to go`, `faltan ${f.duration(progress.secondsLeft)}`)) : ''}&nbsp;</span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
