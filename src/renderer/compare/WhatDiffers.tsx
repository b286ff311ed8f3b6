import type { RunSummary } from '../../shared/contract/runs.ts';
import { runName } from '../../shared/runName.ts';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { attempt } from '../stores/studio.ts';
import { differences, valueAt, withValue } from '../train/settings.ts';
import { settingName } from '../../shared/settingWords.ts';

const MOST_LETTERS = 24;

/** Shows only the settings that differ and, when several do, offers the runs that would tell which one helped. */
export function WhatDiffers({ before, after }: { before: RunSummary | null; after: RunSummary | null }) {
  const { t, f, said } = useWording();
  if (before === null || after === null) return null;
  const keys = differences(before.config, after.config);
  const written = (value: unknown): string =>
    value === null
      ? '–'
      : Array.isArray(value)
        ? value.join(', ')
        : typeof value === 'number'
          ? f.number(value)
          : String(value);
  /** Show the end of the path; that is the distinguishing part. */
  const cell = (value: unknown) => {
    const text = written(value);
    return text.length <= MOST_LETTERS ? text : <span title={text}>…{text.slice(-MOST_LETTERS)}</span>;
  };
  /** One run per setting: the baseline with only that setting changed. */
  const tryEach = async (): Promise<void> => {
    for (const key of keys) {
      const changed = withValue(before.config, key, valueAt(after.config, key));
      if ('config' in changed)
        await attempt(() => call('runs.start', { project: before.project, config: changed.config, preset: null }));
    }
  };
  const cost = (run: RunSummary): number | null =>
    run.val.studentAp === null || run.val.int8Ap === null ? null : run.val.int8Ap - run.val.studentAp;
  return (
    <div className="differs line-top">
      <section className="scroll">
        <div className="row">
          <h2>{t('compare.differs')}</h2>
          <span className="quiet">
            {keys.length === 0 ? t('compare.noSetting') : t('compare.settingsChanged', { count: keys.length })}
          </span>
        </div>
        {keys.length > 0 && (
          <table className="figures">
            <thead>
              <tr>
                <th>{t('compare.setting')}</th>
                <th className="num">{said(runName(before.name))}</th>
                <th className="num">{said(runName(after.name))}</th>
              </tr>
            </thead>
            <tbody>
              {keys.map((key) => (
                <tr key={key}>
                  <td title={settingName(key, t)}>
                    <code>{key}</code>
                  </td>
                  <td className="num soft">{cell(valueAt(before.config, key))}</td>
                  <td className="num">
                    <strong>{cell(valueAt(after.config, key))}</strong>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {keys.length > 1 && (
          <p className="small soft">
            {t('compare.severalChangedOnceTheseTwo')}{' '}
            {keys.length <= 4 && (
              <button type="button" className="link" onClick={() => void tryEach()}>
                {t('compare.queueEachAloneAbout', { keyCount: f.duration(keys.length * before.seconds) })}
              </button>
            )}
          </p>
        )}
      </section>
      <section className="line-left">
        <h2>{t('compare.floatAgainstInt8')}</h2>
        {[after, before].map((run) => {
          const change = cost(run);
          return (
            <div key={run.id} className="row int8-cost">
              <span className="cut int8-cost-run">{said(runName(run.name))}</span>
              {change !== null && (
                <span className="dumbbell grow" aria-hidden="true">
                  <i
                    style={{
                      left: `${Math.min(run.val.studentAp!, run.val.int8Ap!) * 100}%`,
                      width: `${Math.abs(change) * 100}%`,
                    }}
                  />
                  <b className="hollow" style={{ left: `${run.val.studentAp! * 100}%` }} />
                  <b style={{ left: `${run.val.int8Ap! * 100}%` }} />
                </span>
              )}
              <span className="num int8-cost-change">{change === null ? '–' : f.sign(change * 100, 1)}</span>
            </div>
          );
        })}
        <p className="small quiet">{t('compare.losingLess10Good')}</p>
      </section>
    </div>
  );
}
