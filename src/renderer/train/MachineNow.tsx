import { useEffect, useState } from 'react';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { useWording } from '../i18n/words.ts';
import { onRunEvent, useStudio } from '../stores/studio.ts';

/** Memory and cores used by the training, and how much work a power cut would cost. */
export function MachineNow({ run: { id: run, engine } }: { run: RunSummary }) {
  const { t, f, said } = useWording();
  const load = useStudio((state) => state.load);
  const [saved, setSaved] = useState<{ epoch: number; step: number; at: Date } | null>(null);
  useEffect(
    () =>
      onRunEvent((other, event) => {
        if (other === run && event.type === 'checkpoint')
          setSaved({ epoch: event.epoch, step: event.step, at: new Date() });
      }),
    [run],
  );
  if (load === null) return null;
  return (
    <section className="line-top machine-now" aria-label={t('train.machine')}>
      <div className="panel-head flush">
        <h2>{t('train.machine')}</h2>
      </div>
      <dl>
        {engine !== null && (
          <div className="contents">
            <dt>{t('train.trains')}</dt>
            <dd className="cut" title={said(engine)}>
              {said(engine).split(',')[0]}
            </dd>
          </div>
        )}
        <dt>{t('train.processor')}</dt>
        <dd>{f.percent(load.cpuShare)}</dd>
        {load.gpus.map((gpu, at) => (
          <div key={at} className="contents">
            <dt className="cut" title={gpu.name}>
              {gpu.name}
            </dt>
            <dd>
              {gpu.share === null ? '–' : f.percent(gpu.share)}, {f.bytes(gpu.memoryUsedBytes)} /{' '}
              {f.bytes(gpu.memoryTotalBytes)}
            </dd>
          </div>
        ))}
        <dt>{t('train.memoryOfTraining')}</dt>
        <dd>{f.bytes(load.jobBytes)}</dd>
        <dt>{t('train.memoryAll')}</dt>
        <dd>
          {f.bytes(load.memoryUsedBytes)} / {f.bytes(load.memoryTotalBytes)}
        </dd>
        {saved !== null && (
          <>
            <dt>{t('train.lastCheckpoint')}</dt>
            <dd>
              {saved.step === 0
                ? t('train.afterEpoch', { epoch: saved.epoch, at: f.clock(saved.at) })
                : t('train.epoch', { epoch: saved.epoch + 1, at: f.clock(saved.at) })}
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}
