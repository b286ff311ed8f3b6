import type { RunHistory, RunSummary } from '../../shared/contract/runs.ts';
import type { QueueEntry } from '../../shared/contract/studio.ts';
import type { RunEvent, Stage } from '../../shared/events.ts';
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
  { w, f, said }: Wording,
  { run, entry, history, progress, stage }: Facts,
): { says: string; because: string; tone: Tone } {
  if (entry?.state === 'waiting')
    return {
      tone: 'plain',
      says: w(`${said(run.name)} waits for its turn.`, `${said(run.name)} espera su turno.`),
      because: w('It starts by itself when the run before it ends.', 'Empieza solo cuando acabe el anterior.'),
    };
  if (entry?.state === 'paused')
    return {
      tone: 'warn',
      says: w(`${said(run.name)} is paused.`, `${said(run.name)} está en pausa.`),
      because: w('Nothing is lost. It goes on where it stands.', 'No se ha perdido nada. Sigue donde está.'),
    };
  if (entry !== null) return running({ w, f, said } as Wording, { run, history, progress, stage });
  switch (run.state) {
    case 'finished': {
      // Done is not good: the verdict on the model is Export's.
      const lost = run.val.int8Ap === null || run.val.studentAp === null ? null : run.val.studentAp - run.val.int8Ap;
      return {
        tone: 'plain',
        says: w(
          `${said(run.name)} is done: INT8 mAP ${f.points(run.val.int8Ap)} on validation.`,
          `${said(run.name)} ha acabado: mAP INT8 ${f.points(run.val.int8Ap)} en validación.`,
        ),
        because: `${w(`Took ${f.duration(run.seconds)}.`, `Tardó ${f.duration(run.seconds)}.`)} ${lost === null ? '' : lost > 0.001 ? w(`Quantizing cost ${f.decimal(lost * 100, 1)}.`, `Cuantizar costó ${f.decimal(lost * 100, 1)}.`) : w('Quantizing cost nothing.', 'Cuantizar no costó nada.')}`,
      };
    }
    case 'failed':
      if (history?.phases.every(({ epochs }) => epochs.length === 0) ?? false)
        return {
          tone: 'bad',
          says: w(
            `${said(run.name)} stopped in ${stageName(stage, w)}, before it had learned anything.`,
            `${said(run.name)} paró en ${stageName(stage, w)}, antes de aprender nada.`,
          ),
          because: w(
            'Once the reason is put right, Resume tries again.',
            'Resuelto el motivo, Reanudar lo intenta de nuevo.',
          ),
        };
      return {
        tone: 'bad',
        says: w(
          `${said(run.name)} stopped in ${stageName(stage, w)}. What it learned is kept.`,
          `${said(run.name)} paró en ${stageName(stage, w)}. Lo aprendido se conserva.`,
        ),
        because: w('Resume goes on from the last checkpoint.', 'Reanudar sigue desde el último punto de control.'),
      };
    case 'interrupted':
      return {
        tone: 'warn',
        says: w(
          `${said(run.name)} was cut off: the studio or the machine went down.`,
          `${said(run.name)} se cortó: el estudio o el equipo se apagó.`,
        ),
        because: w(
          'Nothing is lost. Resume goes on from the last checkpoint.',
          'No se ha perdido nada. Reanudar sigue desde el último punto de control.',
        ),
      };
    case 'created':
      return {
        tone: 'plain',
        says: w(`${said(run.name)} has not begun.`, `${said(run.name)} no ha empezado.`),
        because: w(
          'It was taken out of the queue; Resume puts it back.',
          'Se sacó de la cola; Reanudar lo devuelve a ella.',
        ),
      };
    case 'running':
      return {
        tone: 'plain',
        says: w(`${said(run.name)} is being trained elsewhere.`, `${said(run.name)} se entrena en otro sitio.`),
        because: w(
          'By the command line, or another studio; its curves grow here.',
          'Por la línea de órdenes u otro estudio; sus curvas crecen aquí.',
        ),
      };
    default:
      return {
        tone: 'warn',
        says: w(`${said(run.name)} is stopped.`, `${said(run.name)} está parado.`),
        because: w('Resume goes on where it stands.', 'Reanudar sigue donde está.'),
      };
  }
}

function running(
  { w, f, said }: Wording,
  { run, history, progress, stage }: Omit<Facts, 'entry'>,
): { says: string; because: string; tone: Tone } {
  const doing = progress === null ? w('starting', 'empezando') : stageName(progress.stage, w).toLowerCase();
  const { gain, kind } = trend(history === null ? [] : metricPoints(stageEpochs(history.phases, stage), 'macro_ap'));
  const whole = secondsLeftOfRun(run, progress);
  const left =
    whole !== null
      ? w(`${f.duration(whole)} left.`, `Quedan ${f.duration(whole)}.`)
      : progress?.secondsLeft == null
        ? ''
        : w(
            `${f.duration(progress.secondsLeft)} left in this stage.`,
            `Quedan ${f.duration(progress.secondsLeft)} de esta etapa.`,
          );
  const change = w(
    `${f.sign(gain * 100, 1)} mAP over the last epochs.`,
    `${f.sign(gain * 100, 1)} mAP en las últimas épocas.`,
  );
  switch (progress !== null && progress.stage !== stage ? 'starting' : kind) {
    case 'starting':
      return {
        tone: 'plain',
        says: w(`${said(run.name)} is running: ${doing}.`, `${said(run.name)} en marcha: ${doing}.`),
        because: left,
      };
    case 'better':
      return { tone: 'plain', says: w('Getting better.', 'Mejorando.'), because: `${change} ${left}` };
    case 'slowly':
      return {
        tone: 'plain',
        says: w('Still getting better, slowly.', 'Sigue mejorando, despacio.'),
        because: `${change} ${left}`,
      };
    case 'flat':
      return { tone: 'plain', says: w('No longer getting better.', 'Ya no mejora.'), because: `${change} ${left}` };
    case 'worse':
      return {
        tone: 'warn',
        says: w('Getting worse: the best epoch is kept.', 'Empeora: se guarda la mejor época.'),
        because: `${change} ${left}`,
      };
  }
}
