import { useEffect, useState } from 'react';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { useWording } from '../i18n/words.ts';
import { onRunEvent, useStudio } from '../stores/studio.ts';

/** What the training takes of this machine, and what a power cut would cost. */
export function MachineNow({ run: { id: run, engine } }: { run: RunSummary }) {
  const { w, f, said } = useWording();
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
    <section className="line-top machine-now" aria-label={w('Machine', 'Equipo')}>
      <div className="panel-head" style={{ paddingInline: 0 }}>
        <h2>{w('Machine', 'Equipo')}</h2>
      </div>
      <dl>
        {engine !== null && (
          <div className="contents">
            <dt>{w('Trains on', 'Entrena con')}</dt>
            <dd className="cut" title={said(engine)}>
              {said(engine).split(',')[0]}
            </dd>
          </div>
        )}
        <dt>{w('Processor', 'Procesador')}</dt>
        <dd>{f.decimal(load.cpuShare * 100, 0)} %</dd>
        {load.gpus.map((gpu, at) => (
          <div key={at} className="contents">
            <dt className="cut" title={gpu.name}>
              {gpu.name}
            </dt>
            <dd>
              {gpu.share === null ? '–' : `${f.decimal(gpu.share * 100, 0)} %`}, {f.bytes(gpu.memoryUsedBytes)} /{' '}
              {f.bytes(gpu.memoryTotalBytes)}
            </dd>
          </div>
        ))}
        <dt>{w('Memory of the training', 'Memoria del entrenamiento')}</dt>
        <dd>{f.bytes(load.jobBytes)}</dd>
        <dt>{w('Memory in all', 'Memoria en total')}</dt>
        <dd>
          {f.bytes(load.memoryUsedBytes)} / {f.bytes(load.memoryTotalBytes)}
        </dd>
        {saved !== null && (
          <>
            <dt>{w('Last checkpoint', 'Último punto de control')}</dt>
            <dd>
              {saved.step === 0
                ? w(
                    `after epoch ${saved.epoch}, ${f.clock(saved.at)}`,
                    `tras la época ${saved.epoch}, ${f.clock(saved.at)}`,
                  )
                : w(
                    `in epoch ${saved.epoch + 1}, ${f.clock(saved.at)}`,
                    `en la época ${saved.epoch + 1}, ${f.clock(saved.at)}`,
                  )}
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}
