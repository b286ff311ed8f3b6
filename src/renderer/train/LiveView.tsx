import { Button, Menu, SegmentedControl, Select } from '@mantine/core';
import { IconDots, IconFlag, IconPlayerPause, IconPlayerPlay, IconPlus } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import type { RunHistory, RunSummary } from '../../shared/contract/runs.ts';
import type { JobCommand, Stage } from '../../shared/events.ts';
import { call } from '../api/client.ts';
import { Answer } from '../components/Answer.tsx';
import { ErrorNote } from '../components/ErrorNote.tsx';
import type { Series } from '../components/LineChart.tsx';
import { LineChart } from '../components/LineChart.tsx';
import { useWording } from '../i18n/words.ts';
import { useKeys } from '../stores/keys.ts';
import { attempt, go, useStudio } from '../stores/studio.ts';
import { adopt } from './configStore.ts';
import { metricPoints, smoothed, stageCurves } from './curves.ts';
import { LabelTable } from './LabelTable.tsx';
import { liveAnswer } from './liveAnswer.ts';
import { Queue } from './Queue.tsx';
import { stageName } from './stageNames.ts';
import { StageTrack } from './StageTrack.tsx';
import { planRun } from './trainView.ts';
import { useHistory } from './useHistory.ts';
import { Watched } from './Watched.tsx';

export const trained: readonly Stage[] = ['teacher', 'student', 'qat'];
type Metric = 'macro_ap' | 'macro_f1' | 'val_loss';
const smoothings = [0, 0.6, 0.9] as const;

/** Is it getting better, when is it done? */
export function LiveView({ run }: { run: RunSummary }) {
  const wording = useWording();
  const { w, f } = wording;
  const { queue, progress, runs, project } = useStudio();
  const history = useHistory(run);
  const [metric, setMetric] = useState<Metric>('macro_ap');
  const [smoothing, setSmoothing] = useState<(typeof smoothings)[number]>(0.6);
  const entry = queue.find((own) => own.run === run.id);
  const running = entry !== undefined && entry.state !== 'waiting';
  const current = run.stages.find(({ state }) => state === 'running')?.stage ?? null;
  const lastTrained = [...trained].reverse().find((stage) => history?.phases.some((phase) => phase.stage === stage)) ?? 'teacher';
  const [picked, setPicked] = useState<Stage | null>(null);
  const stage = picked ?? (current !== null && trained.includes(current) ? current : lastTrained);
  useEffect(() => setPicked(null), [current]);
  const command = (sent: JobCommand): void => void attempt(() => call('runs.command', { project: run.project, run: run.id, command: sent }));
  const pause = (): void => command({ type: entry?.state === 'paused' ? 'continue' : 'pause' });
  useKeys({
    ...(running && { p: pause }), s: () => setSmoothing(smoothings[(smoothings.indexOf(smoothing) + 1) % smoothings.length]!),
    n: () => planRun(true),
  });
  const { says, because, tone } = liveAnswer(wording, { run, entry: entry ?? null, history, progress: running ? progress : null, stage });
  const resumable = entry === undefined && run.state !== 'finished';
  return (
    <>
      <Answer tone={tone} says={says} because={because}>
        {running && <Button variant="subtle" leftSection={entry.state === 'paused' ? <IconPlayerPlay size={15} /> : <IconPlayerPause size={15} />} onClick={pause}>{entry.state === 'paused' ? w('Go on', 'Seguir') : w('Pause', 'Pausar')}<kbd>P</kbd></Button>}
        {running && current !== null && trained.includes(current) && <Button variant="default" leftSection={<IconFlag size={15} />} onClick={() => command({ type: 'finishPhase' })}>{w('Finish now, keep best', 'Terminar ya y guardar lo mejor')}</Button>}
        {resumable && <Button onClick={() => void attempt(() => call('runs.resume', { project: run.project, run: run.id }))}>{w('Resume', 'Reanudar')}</Button>}
        {run.state === 'finished' && <Button onClick={() => go('tune', run.id)}>{w(`Tune ${run.name}`, `Ajustar ${run.name}`)}</Button>}
        <Menu position="bottom-end">
          <Menu.Target><Button variant="subtle" px={6} aria-label={w('More', 'Más')}><IconDots size={16} /></Button></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconPlus size={14} />} onClick={() => planRun(true)}>{w('New run', 'Nuevo entrenamiento')}</Menu.Item>
            <Menu.Item onClick={() => { adopt(run.config, run.config, run.preset); planRun(true); }}>{w('Use its settings again', 'Usar sus ajustes otra vez')}</Menu.Item>
            {running && <Menu.Item onClick={() => command({ type: 'stop' })}>{w('Stop at a checkpoint, resume later', 'Parar y reanudar más tarde')}</Menu.Item>}
            {entry !== undefined && <Menu.Item color="red" onClick={() => void attempt(() => call('runs.cancel', { project: run.project, run: run.id }))}>{running ? w('Stop at once', 'Parar de inmediato') : w('Take out of the queue', 'Sacar de la cola')}</Menu.Item>}
          </Menu.Dropdown>
        </Menu>
        <Button variant="default" leftSection={<IconPlus size={15} />} onClick={() => planRun(true)}>{w('New run', 'Nuevo')}<kbd>N</kbd></Button>
      </Answer>
      {run.problem !== null && entry === undefined && <ErrorNote problem={{ kind: 'internal', message: run.problem.message, detail: run.problem.detail }} />}
      <StageTrack run={run} chosen={stage} onChoose={setPicked} progress={running ? progress : null} />
      <div className="live">
        <div className="column live-main">
          <div className="row live-head">
            <Figures run={run} history={history} stage={stage} progress={running ? progress : null} />
            <span className="grow" />
            {runs.length > 1 && <Select aria-label={w('Run', 'Entrenamiento')} w={110} data={runs.filter(({ trashed }) => !trashed).map(({ id, name }) => ({ value: id, label: name })).reverse()} value={run.id} onChange={(id) => { if (id !== null) go('train', id); useStudio.setState({ run: id }); }} />}
            <Select aria-label={w('Smoothing', 'Suavizado')} w={118} data={smoothings.map((value) => ({ value: String(value), label: value === 0 ? w('raw', 'sin suavizar') : w(`smooth ${f.decimal(value, 1)}`, `suave ${f.decimal(value, 1)}`) }))} value={String(smoothing)} onChange={(value) => setSmoothing(Number(value) as (typeof smoothings)[number])} />
            <SegmentedControl aria-label={w('Measure', 'Medida')} data={[{ value: 'macro_ap', label: 'mAP' }, { value: 'macro_f1', label: 'F1' }, { value: 'val_loss', label: w('Loss', 'Pérdida') }]} value={metric} onChange={(value) => setMetric(value as Metric)} />
          </div>
          {history === null ? <div className="skeleton" style={{ flex: 1 }} /> : <Charts history={history} stage={stage} metric={metric} smoothing={smoothing} teacherAp={run.val.teacherAp} />}
          {history !== null && history.watched.length > 0 && <Watched watched={history.watched} />}
        </div>
        <aside className="panel line-left live-right">
          {history !== null && <LabelTable history={history} stage={stage} />}
          <Notes history={history} />
          {project !== null && <Queue project={project.id} />}
        </aside>
      </div>
    </>
  );
}

function Figures({ run, history, stage, progress }: { run: RunSummary; history: RunHistory | null; stage: Stage; progress: { secondsLeft: number | null; rate: number | null; unit: string } | null }) {
  const { w, f } = useWording();
  const epochs = history === null ? [] : stageCurves(history, stage).epochs;
  const best = epochs.reduce<(typeof epochs)[number] | null>((a, b) => ((b.metrics.macro_ap ?? -1) > (a?.metrics.macro_ap ?? -1) ? b : a), null);
  const left = progress?.secondsLeft ?? null;
  return (
    <>
      <Figure value={f.points(epochs.at(-1)?.metrics.macro_ap ?? null)} name={w(`val mAP, ${stageName(stage, w).toLowerCase()}`, `mAP val, ${stageName(stage, w).toLowerCase()}`)} />
      <Figure value={f.points(best?.metrics.macro_ap ?? null)} name={best === null ? w('best', 'mejor') : w(`best, epoch ${best.x}`, `mejor, época ${best.x}`)} />
      <Figure value={progress !== null ? f.duration(left) : f.duration(run.seconds)} name={progress !== null ? (left === null ? w('left', 'restante') : w(`left, ends ${f.clock(new Date(Date.now() + left * 1000))}`, `restante, acaba ${f.clock(new Date(Date.now() + left * 1000))}`)) : w('of work', 'de trabajo')} />
      {progress?.rate != null && <Figure value={f.decimal(progress.rate, 1)} name={w(`${progress.unit} a second`, `${progress.unit === 'images' ? 'imágenes' : 'pasos'} por segundo`)} />}
    </>
  );
}

const Figure = ({ value, name }: { value: string; name: string }) => <div className="figure"><strong>{value}</strong><span className="small quiet">{name}</span></div>;

function Charts({ history, stage, metric, smoothing, teacherAp }: { history: RunHistory; stage: Stage; metric: Metric; smoothing: number; teacherAp: number | null }) {
  const { w, f } = useWording();
  const curves = useMemo(() => stageCurves(history, stage), [history, stage]);
  const teacher = useMemo(() => (stage === 'teacher' ? null : teacherAp ?? metricPoints(stageCurves(history, 'teacher'), 'macro_ap').reduce<number | null>((best, { y }) => (best === null || y > best ? y : best), null)), [history, stage, teacherAp]);
  const big = useMemo((): Series[] => {
    const points = metricPoints(curves, metric);
    const better = (a: number, b: number): boolean => (metric === 'val_loss' ? a < b : a > b);
    const best = points.reduce<(typeof points)[number] | null>((top, point) => (top === null || better(point.y, top.y) ? point : top), null);
    const last = Math.max(points.at(-1)?.x ?? 1, 1);
    const text = best === null ? '' : w(`best ${metric === 'val_loss' ? f.decimal(best.y, 3) : f.points(best.y)}, epoch ${best.x}`, `mejor ${metric === 'val_loss' ? f.decimal(best.y, 3) : f.points(best.y)}, época ${best.x}`);
    return [
      ...(smoothing > 0 && points.length > 2 ? [{ name: w('raw', 'sin suavizar'), color: '--val', points, faint: true, width: 1.5 }] : []),
      { name: w('validation', 'validación'), color: '--val', points: smoothed(points, smoothing), width: 2.5, ...(best !== null && { mark: { ...best, text } }) },
      ...(metric === 'val_loss' ? [{ name: w('train', 'train'), color: '--train', points: smoothed(metricPoints(curves, 'hard_loss'), smoothing), direct: true }] : []),
      ...(metric === 'macro_ap' && teacher !== null ? [{ name: w(`teacher ${f.points(teacher)}`, `maestro ${f.points(teacher)}`), color: '--test', dashed: true, width: 1.5, direct: true, points: [{ x: 0, y: teacher }, { x: last, y: teacher }] }] : []),
    ];
  }, [curves, metric, smoothing, teacher, w, f]);
  const loss = useMemo((): Series[] => [
    { name: w('raw', 'sin suavizar'), color: '--train', points: curves.loss, faint: true, width: 1 },
    { name: w('train', 'train'), color: '--train', points: smoothed(curves.loss, Math.max(smoothing, 0.95)), width: 1.5 },
    { name: w('validation', 'validación'), color: '--val', points: metricPoints(curves, 'val_loss'), width: 2 },
  ], [curves, smoothing, w]);
  const rate = useMemo((): Series[] => [{ name: w('learning rate', 'tasa de aprendizaje'), color: '--c2', points: curves.learningRate.map(({ x, y }) => ({ x, y: y * 1000 })) }], [curves, w]);
  const val = curves.epochs.at(-1)?.metrics;
  return (
    <>
      <div className="live-chart"><LineChart series={big} label={w('Validation measure by epoch', 'Medida en validación por época')} percent={metric !== 'val_loss'} /></div>
      <div className="live-small">
        <section><div className="row"><h2 className="grow">{w('Loss', 'Pérdida')}</h2>{val?.val_loss != null && <span className="small soft"><span style={{ color: 'var(--val)' }}>{f.decimal(val.val_loss, 3)}</span> val{val.loss != null && ` · ${f.decimal(val.hard_loss ?? val.loss, 3)} train`}</span>}</div><div className="small-chart"><LineChart series={loss} label={w('Loss by step', 'Pérdida por paso')} /></div></section>
        <section><div className="row"><h2 className="grow">{w('Learning rate', 'Tasa de aprendizaje')} × 10⁻³</h2></div><div className="small-chart"><LineChart series={rate} label={w('Learning rate by step', 'Tasa por paso')} yMin={0} digits={2} /></div></section>
      </div>
    </>
  );
}

function Notes({ history }: { history: RunHistory | null }) {
  const { w } = useWording();
  if (history === null || history.notes.length === 0) return null;
  return (
    <details className="line-top notes">
      <summary>{w('Notes of the run', 'Notas')} <span className="quiet">{history.notes.length}</span></summary>
      <ul className="small">{history.notes.map(({ at, message, level }) => <li key={at + message} className={level === 'warning' ? 'warn' : 'soft'}>{message}</li>)}</ul>
    </details>
  );
}
