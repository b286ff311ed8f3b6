import { Button, Progress } from '@mantine/core';
import { useState } from 'react';
import type { InstallableEngine } from '../../shared/contract/studio.ts';
import { installableEngines } from '../../shared/contract/studio.ts';
import type { Message } from '../../shared/message.ts';
import type { ProblemData } from '../../shared/problem.ts';
import { toProblemData } from '../../shared/problem.ts';
import { call } from '../api/client.ts';
import { ErrorNote } from '../components/ErrorNote.tsx';
import { useWording } from '../i18n/words.ts';
import { useParts } from '../stores/studio.ts';

/** What the person is doing with an engine: reading what it would download, or nothing. */
type Asked = { readonly engine: InstallableEngine; readonly lines: readonly Message[] | null } | null;

/** Installs engines that are not part of the program. What is downloaded is shown before anything is. */
export function EngineInstalls({ onInstalled }: { onInstalled: () => void }) {
  const { t, said } = useWording();
  const { activities } = useParts('activities');
  const [asked, setAsked] = useState<Asked>(null);
  const [installed, setInstalled] = useState<{ engine: InstallableEngine; folder: string } | null>(null);
  const [problem, setProblem] = useState<ProblemData | null>(null);
  const running = activities.find(({ kind }) => kind === 'install');
  const names: Readonly<Record<InstallableEngine, string>> = {
    cuda: t('settings.engineCuda'),
    tfjs: t('settings.engineTfjs'),
    'tfjs-gpu': t('settings.engineTfjsGpu'),
  };
  const explain = async (engine: InstallableEngine): Promise<void> => {
    setProblem(null);
    setInstalled(null);
    setAsked({ engine, lines: null });
    try {
      setAsked({ engine, lines: (await call('engines.explain', { engine })).lines });
    } catch (error) {
      setAsked(null);
      setProblem(toProblemData(error));
    }
  };
  const install = async (engine: InstallableEngine): Promise<void> => {
    setAsked(null);
    try {
      const { folder } = await call('engines.install', { engine });
      setInstalled({ engine, folder });
      onInstalled();
    } catch (error) {
      const data = toProblemData(error);
      if (data.kind !== 'cancelled') setProblem(data);
    }
  };
  return (
    <>
      <h3 className="soft">{t('settings.installEngines')}</h3>
      <table className="figures">
        <tbody>
          {installableEngines.map((engine) => (
            <tr key={engine}>
              <td className="nowrap">
                <strong>{engine}</strong>
              </td>
              <td className="soft">{names[engine]}</td>
              <td className="num">
                <button
                  type="button"
                  className="link"
                  disabled={running !== undefined || asked !== null}
                  aria-label={t('settings.installNamed', { engine })}
                  onClick={() => void explain(engine)}
                >
                  {t('settings.install')}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {asked !== null && (
        <div role="group" aria-label={t('settings.installNamed', { engine: asked.engine })} className="column">
          {asked.lines === null ? (
            <p className="small quiet">{t('settings.readingWhatIsDownloaded')}</p>
          ) : (
            <>
              <ul className="small">
                {asked.lines.map((line) => (
                  <li key={line.text}>{said(line)}</li>
                ))}
              </ul>
              <div className="row">
                <Button onClick={() => void install(asked.engine)}>{t('settings.downloadAndInstall')}</Button>
                <Button variant="default" onClick={() => setAsked(null)}>
                  {t('common.cancel')}
                </Button>
              </div>
            </>
          )}
        </div>
      )}
      {running !== undefined && (
        <Running id={running.id} done={running.done} total={running.total} step={running.step} />
      )}
      {installed !== null && (
        <p className="small ok" role="status">
          {t('settings.engineInstalled', { engine: installed.engine, folder: installed.folder })}
        </p>
      )}
      {problem !== null && <ErrorNote problem={problem} onDismiss={() => setProblem(null)} />}
    </>
  );
}

interface RunningInstall {
  readonly id: string;
  readonly done: number;
  readonly total: number;
  readonly step: Message | undefined;
}

function Running({ id, done, total, step }: RunningInstall) {
  const { t, f, said } = useWording();
  return (
    <div className="row" role="group" aria-label={t('common.installingEngine')}>
      <Progress
        w={180}
        value={total === 0 ? 0 : (100 * done) / total}
        aria-label={t('common.installingEngine')}
        animated={total === 0}
      />
      <span className="small quiet">
        {total === 0 ? '' : `${f.bytes(done)} / ${f.bytes(total)} `}
        {step === undefined ? '' : said(step)}
      </span>
      <Button variant="default" size="compact-sm" onClick={() => void call('activity.cancel', { id })}>
        {t('common.cancel')}
      </Button>
    </div>
  );
}
