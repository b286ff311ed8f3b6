import { IconCircleCheck } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { EngineSpeed, RememberedSpeed } from '../../shared/contract/studio.ts';
import { engineNames } from '../../shared/config.ts';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { attempt, useParts } from '../stores/studio.ts';

/** What `auto` measured with the networks of runs, and decides by; each can be measured again or forgotten. */
export function EngineSpeeds({ starting }: { /** Engines that start on this machine. */ starting: number }) {
  const { w, f } = useWording();
  const { activities, queue } = useParts('activities', 'queue');
  const [speeds, setSpeeds] = useState<readonly RememberedSpeed[] | null>(null);
  const measuring = activities.some(({ kind }) => kind === 'measure');
  const read = (): void => void call('engines.speeds', {}).then(setSpeeds, () => undefined);
  useEffect(() => {
    if (!measuring) read();
  }, [measuring]);
  const change = (method: 'engines.measureAgain' | 'engines.forget', id: string): void =>
    void attempt(() => call(method, { id })).then(read);
  if (speeds === null) return null;
  const shown = engineNames.filter((name) => speeds.some(({ seconds }) => seconds[name] !== undefined));
  const hindrance = queue.length > 0 ? w('Not while a run is on', 'No durante un entrenamiento') : null;
  return (
    <>
      <h3 className="soft">{w('What auto decided by', 'Con qué decide auto')}</h3>
      {speeds.length === 0 ? (
        <p className="small quiet">
          {starting > 1
            ? w(
                'Nothing yet: the first run of a pair of networks measures them on every engine that starts.',
                'Nada aún: el primer entrenamiento de cada par de redes las mide en todo motor que arranque.',
              )
            : w(
                'Nothing to decide: one engine starts here. With another, each pair of networks is measured on both.',
                'Nada que decidir: aquí arranca un motor. Con otro, cada par de redes se mide en ambos.',
              )}
        </p>
      ) : (
        <table className="figures engine-speeds">
          <thead>
            <tr>
              <th>{w('Teacher and student', 'Maestro y alumno')}</th>
              {shown.map((name) => (
                <th key={name} className="num">
                  {name}
                </th>
              ))}
              <th className="num">{w('Measured', 'Medido')}</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {speeds.map((speed) => (
              <tr key={speed.id}>
                <td>
                  {networkText(speed.teacher)}
                  <br />
                  {networkText(speed.student)}
                  {speed.threads > 0 && (
                    <span className="quiet">
                      ,{' '}
                      {speed.threads === 1
                        ? w('1 thread', '1 hilo')
                        : w(`${speed.threads} threads`, `${speed.threads} hilos`)}
                    </span>
                  )}
                </td>
                {shown.map((name) => (
                  <td key={name} className="num">
                    {fastestOf(speed) === name && (
                      <IconCircleCheck
                        size={13}
                        className="ok"
                        role="img"
                        aria-label={w('the fastest', 'el más rápido')}
                      />
                    )}{' '}
                    {stepText(speed.seconds[name])}
                  </td>
                ))}
                <td className="num soft">{f.date(speed.measuredAt)}</td>
                <td className="num">
                  <button
                    type="button"
                    className="link"
                    disabled={measuring || hindrance !== null}
                    title={hindrance ?? ''}
                    onClick={() => change('engines.measureAgain', speed.id)}
                  >
                    {w('Measure again', 'Medir otra vez')}
                  </button>{' '}
                  <button
                    type="button"
                    className="link"
                    disabled={measuring}
                    onClick={() => change('engines.forget', speed.id)}
                  >
                    {w('Forget', 'Olvidar')}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {speeds.length > 0 && (
        <p className="small quiet">
          {w(
            'A step of teacher and student together. Another driver, batch or number of threads is measured by itself.',
            'Un paso de maestro y alumno juntos. Otro controlador, lote o número de hilos se mide por sí solo.',
          )}
        </p>
      )}
    </>
  );

  function stepText(seconds: number | null | undefined): string {
    if (seconds === undefined) return '–';
    if (seconds === null) return w('does not run', 'no funciona');
    return seconds < 1 ? `${f.decimal(seconds * 1000, 0)} ms` : `${f.decimal(seconds, seconds < 10 ? 2 : 1)} s`;
  }
}

const networkText = ({ architecture, inputSize, batchSize }: EngineSpeed['teacher']): string =>
  `${architecture.replace('efficientnet-', '').replace(/^[bl]/, (first) => first.toUpperCase())}, ${inputSize} px × ${batchSize}`;

function fastestOf({ seconds }: EngineSpeed): string | null {
  const ran = engineNames.filter((name) => seconds[name] != null);
  return ran.length < 2 ? null : ran.reduce((a, b) => (seconds[b]! < seconds[a]! ? b : a));
}
