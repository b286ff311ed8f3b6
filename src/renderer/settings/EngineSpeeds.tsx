import { IconCircleCheck } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { EngineSpeed, RememberedSpeed } from '../../shared/contract/studio.ts';
import { engineNames } from '../../shared/config.ts';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { attempt, useParts } from '../stores/studio.ts';

/** What `auto` measured with the networks of runs, and decides by; each can be measured again or forgotten. */
export function EngineSpeeds({ starting }: { /** Engines that start on this machine. */ starting: number }) {
  const { t, f } = useWording();
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
  const hindrance = queue.length > 0 ? t('common.notWhileRun') : null;
  return (
    <>
      <h3 className="soft">{t('settings.autoDecided')}</h3>
      {speeds.length === 0 ? (
        <p className="small quiet">
          {starting > 1 ? t('settings.nothingYetFirstRunOf') : t('settings.nothingDecideOneEngineStarts')}
        </p>
      ) : (
        <table className="figures engine-speeds">
          <thead>
            <tr>
              <th>{t('settings.teacherStudent')}</th>
              {shown.map((name) => (
                <th key={name} className="num">
                  {name}
                </th>
              ))}
              <th className="num">{t('settings.measured')}</th>
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
                    <span className="quiet">, {t('settings.threads', { count: speed.threads })}</span>
                  )}
                </td>
                {shown.map((name) => (
                  <td key={name} className="num">
                    {fastestOf(speed) === name && (
                      <IconCircleCheck size={13} className="ok" role="img" aria-label={t('settings.fastest')} />
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
                    {t('settings.measureAgain')}
                  </button>{' '}
                  <button
                    type="button"
                    className="link"
                    disabled={measuring}
                    onClick={() => change('engines.forget', speed.id)}
                  >
                    {t('common.forget')}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {speeds.length > 0 && <p className="small quiet">{t('settings.stepOfTeacherStudentTogether')}</p>}
    </>
  );

  function stepText(seconds: number | null | undefined): string {
    if (seconds === undefined) return '–';
    if (seconds === null) return t('settings.doesNotRun');
    return seconds < 1 ? `${f.decimal(seconds * 1000, 0)} ms` : `${f.decimal(seconds, seconds < 10 ? 2 : 1)} s`;
  }
}

const networkText = ({ architecture, inputSize, batchSize }: EngineSpeed['teacher']): string =>
  `${architecture}, ${inputSize} px × ${batchSize}`;

function fastestOf({ seconds }: EngineSpeed): string | null {
  const ran = engineNames.filter((name) => seconds[name] != null);
  return ran.length < 2 ? null : ran.reduce((a, b) => (seconds[b]! < seconds[a]! ? b : a));
}
