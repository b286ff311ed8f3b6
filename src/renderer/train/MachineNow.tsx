import { useEffect, useState } from 'react';
import { useWording } from '../i18n/words.ts';
import { onRunEvent, useStudio } from '../stores/studio.ts';

/** What the training takes of this machine, and what a power cut would cost. */
export function MachineNow({ run }: { run: string }) {
  const { w, f } = useWording();
  const load = useStudio((state) => state.load);
  const [saved, setSaved] = useState<{ epoch: number; step: number; at: Date } | null>(null);
  useEffect(() => onRunEvent((other, event) => { if (other === run && event.type === 'checkpoint') setSaved({ epoch: event.epoch, step: event.step, at: new Date() }); }), [run]);
  if (load === null) return null;
  return (
    <section className="line-top machine-now" aria-label={w('Machine', 'Equipo')}>
      <div className="panel-head" style={{ paddingInline: 0 }}><h2>{w('Machine', 'Equipo')}</h2></div>
      <dl>
        <dt>{w('Processor', 'Procesador')}</dt><dd>{f.decimal(load.cpuShare * 100, 0)} %</dd>
        {load.gpus.map((gpu, at) => <div key={at} className="contents"><dt className="cut" title={gpu.name}>{gpu.name}</dt><dd>{gpu.share === null ? '–' : `${f.decimal(gpu.share * 100, 0)} %`}, {f.bytes(gpu.memoryUsedBytes)} / {f.bytes(gpu.memoryTotalBytes)}</dd></div>)}
        <dt>{w('Memory of the training', 'Memoria del entrenamiento')}</dt><dd>{f.bytes(load.jobBytes)}</dd>
        <dt>{w('Memory in all', 'Memoria en total')}</dt><dd>{f.bytes(load.memoryUsedBytes)} / {f.bytes(load.memoryTotalBytes)}</dd>
        {saved !== null && <><dt>{w('Last checkpoint', 'Último punto de control')}</dt><dd>{w(`epoch ${saved.epoch + 1}, ${f.clock(saved.at)}`, `época ${saved.epoch + 1}, ${f.clock(saved.at)}`)}</dd></>}
      </dl>
    </section>
  );
}
