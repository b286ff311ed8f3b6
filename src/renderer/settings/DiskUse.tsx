import { useEffect, useState } from 'react';
import type { DiskUse } from '../../shared/contract/studio.ts';
import { call } from '../api/client.ts';
import { runName } from '../../shared/runName.ts';
import { useWording } from '../i18n/words.ts';
import { attempt, useStudio } from '../stores/studio.ts';

/** Disk use of each run of the open project, with its name. */
export function DiskUseOfRuns({ project }: { project: string }) {
  const { t, f, said } = useWording();
  const runs = useStudio((state) => state.runs);
  const freeable = runs.filter(({ trashed, freeableBytes }) => !trashed && freeableBytes > 0);
  return (
    <table className="figures">
      <thead>
        <tr>
          <th>{t('settings.runsOf', { project })}</th>
          <th className="num">{t('common.disk')}</th>
          <th />
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id}>
            <td>
              {said(runName(run.name))}
              {run.trashed ? ` (${t('settings.trash')})` : ''}
            </td>
            <td className="num">{f.bytes(run.bytes)}</td>
            <td className="num">
              {freeable.includes(run) && (
                <button
                  type="button"
                  className="link"
                  onClick={() => void attempt(() => call('runs.clean', { project: run.project, run: run.id }))}
                >
                  {t('settings.freeCheckpoints', { freeableBytes: f.bytes(run.freeableBytes) })}
                </button>
              )}
            </td>
          </tr>
        ))}
        <tr>
          <td className="soft">{t('settings.all')}</td>
          <td className="num">
            <strong>{f.bytes(runs.reduce((sum, { bytes }) => sum + bytes, 0))}</strong>
          </td>
          <td className="num small quiet">{freeable.length > 0 ? t('settings.finishedRunsNeedNoCheckpoints') : ''}</td>
        </tr>
      </tbody>
    </table>
  );
}

/** Disk use of each project's runs; the open project's runs are listed one by one. */
export function DiskUseOfProjects({ open }: { open: string | null }) {
  const { t, f } = useWording();
  const runs = useStudio((state) => state.runs);
  const [uses, setUses] = useState<readonly DiskUse[]>([]);
  const read = (): void => void call('disk.usage', {}).then(setUses, () => undefined);
  useEffect(read, [runs]);
  const others = uses.filter(({ project }) => project !== open);
  if (others.length === 0) return null;
  return (
    <table className="figures">
      <thead>
        <tr>
          <th>{open === null ? t('settings.runsOfAllProjects') : t('settings.runsOfOtherProjects')}</th>
          <th className="num">{t('settings.runs')}</th>
          <th className="num">{t('common.disk')}</th>
          <th />
        </tr>
      </thead>
      <tbody>
        {others.map((use) => (
          <tr key={use.project}>
            <td>
              <bdi>{use.name}</bdi>
            </td>
            <td className="num">{f.count(use.runs)}</td>
            <td className="num">{f.bytes(use.bytes)}</td>
            <td className="num">
              {use.freeableBytes > 0 && (
                <button
                  type="button"
                  className="link"
                  onClick={() => void attempt(() => call('disk.clean', { project: use.project })).then(read)}
                >
                  {t('settings.freeCheckpoints', { freeableBytes: f.bytes(use.freeableBytes) })}
                </button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
