import { Button, CopyButton, NumberInput, Select, Switch, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEffect, useState } from 'react';
import type { DiskUse } from '../../shared/contract/studio.ts';
import { call } from '../api/client.ts';
import { Answer } from '../components/Answer.tsx';
import { openShortcuts } from '../components/ShortcutSheet.tsx';
import { useWording } from '../i18n/words.ts';
import { attempt, changeSettings, useParts, useStudio } from '../stores/studio.ts';
import { EngineSpeeds } from './EngineSpeeds.tsx';
import './settings.css';

/** Every change takes effect immediately; there is no Save button. */
export default function SettingsScreen() {
  const { t, said } = useWording();
  const machine = useStudio((state) => state.hello?.machine ?? null);
  const works = machine?.engines
    .filter(({ state }) => state === 'works')
    .sort((a, b) => (b.imagesPerSecond ?? 0) - (a.imagesPerSecond ?? 0))[0];
  const parts = [
    ['engine', t('common.engine')],
    ['storage', t('settings.storage')],
    ['look', t('settings.languageLook')],
    ['keys', t('common.shortcuts')],
    ['help', t('settings.diagnostics')],
  ] as const;
  return (
    <>
      <Answer
        tone={machine === null ? 'plain' : works === undefined ? 'bad' : 'ok'}
        headline={
          machine === null
            ? t('settings.machineNotMeasuredYet')
            : works === undefined
              ? t('settings.noEngineWorksMachine')
              : works.name === 'onnx-cpu'
                ? t('settings.trainingRunsProcessor')
                : t('settings.graphicsCardFastestHere')
        }
        reason={works === undefined ? '' : said(works.description)}
      />
      <div className="settings">
        <nav className="line-right" aria-label={t('settings.parts')}>
          {parts.map(([id, name]) => (
            <button key={id} type="button" onClick={() => document.getElementById(id)?.scrollIntoView()}>
              {name}
            </button>
          ))}
        </nav>
        <div className="scroll settings-rows">
          <Engines />
          <Storage />
          <Look />
          <Keys />
          <Diagnostics />
        </div>
      </div>
    </>
  );
}

const Part = ({ id, title, children }: { id: string; title: string; children: ReactNode }) => (
  <section id={id} aria-label={title}>
    <h2>{title}</h2>
    {children}
  </section>
);
const Row = ({ name, hint, children }: { name: string; hint: string; children: ReactNode }) => (
  <div className="settings-row">
    <span>{name}</span>
    <span>{children}</span>
    <span className="small quiet">{hint}</span>
  </div>
);

function Engines() {
  const { t, f, said } = useWording();
  const { hello, settings, activities } = useParts('hello', 'settings', 'activities');
  const machine = hello?.machine ?? null;
  const measuring = activities.some(({ kind, project }) => kind === 'measure' && project === null);
  const measure = async (): Promise<void> => {
    const found = await attempt(() => call('machine.measure', {}));
    const now = useStudio.getState().hello;
    if (found !== null && now !== null) useStudio.setState({ hello: { ...now, machine: found } });
  };
  return (
    <Part id="engine" title={t('common.engine')}>
      {machine !== null && (
        <table className="figures">
          <thead>
            <tr>
              <th>{t('common.engine')}</th>
              <th>{t('settings.state')}</th>
              <th className="num">{t('settings.imagesSecond')}</th>
              <th>{t('settings.whatItIs')}</th>
            </tr>
          </thead>
          <tbody>
            {machine?.engines.map((engine) => (
              <tr key={engine.name}>
                <td className="nowrap">
                  <strong>{engine.name}</strong>
                </td>
                <td
                  className={`nowrap ${engine.state === 'works' ? 'ok' : engine.state === 'fails' ? 'bad' : 'quiet'}`}
                >
                  {engine.state === 'works'
                    ? t('common.works')
                    : engine.state === 'fails'
                      ? t('common.fails')
                      : t('settings.notTried')}
                </td>
                <td className="num">{engine.imagesPerSecond === null ? '–' : f.decimal(engine.imagesPerSecond, 0)}</td>
                <td className="soft">
                  {said(engine.description)}
                  {engine.fix !== null && (
                    <>
                      {' '}
                      {t('settings.fix')} <code>{said(engine.fix)}</code>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {machine?.vulkan.map(({ name, driver, version, largestBufferBytes, memoryBytes }) => (
        <p
          key={name}
          className="small quiet"
        >{`Vulkan ${version}: ${name}, ${driver}. ${t('settings.buffersUpOfMemory', { largestBufferBytes: f.bytes(largestBufferBytes), memoryBytes: f.bytes(memoryBytes) })}`}</p>
      ))}
      <p className="small quiet">{t('settings.measuredSmallNetwork96Px')}</p>
      <div>
        <Button variant="default" loading={measuring} onClick={() => void measure()}>
          {machine === null ? t('settings.measure') : t('common.measureAgain')}
        </Button>
      </div>
      <EngineSpeeds starting={machine?.engines.filter(({ state }) => state === 'works').length ?? 1} />
      <Row name={t('settings.threads2')} hint={t('settings.n0TakesAllCoresRun')}>
        <NumberInput
          w={90}
          aria-label={t('settings.threads2')}
          min={0}
          max={machine?.cpu.cores ?? 256}
          value={settings?.threads ?? 0}
          onChange={(value) => {
            if (value !== '') void changeSettings({ threads: Number(value) });
          }}
        />
      </Row>
      <Row name={t('settings.leaveCoresFree')} hint={t('settings.newRunsLeaveQuarterOf')}>
        <Switch
          aria-label={t('settings.leaveCoresFree')}
          checked={settings?.polite ?? false}
          onChange={(event) => void changeSettings({ polite: event.currentTarget.checked })}
        />
      </Row>
    </Part>
  );
}

function Storage() {
  const { t, f, said } = useWording();
  const { settings, runs, project, hello } = useParts('settings', 'runs', 'project', 'hello');
  const [usage, setUsage] = useState<{ thumbnails: number; pixels: number } | null>(null);
  const read = (): void => void call('cache.usage', {}).then(setUsage, () => undefined);
  useEffect(read, []);
  const freeable = runs.filter(({ trashed, freeableBytes }) => !trashed && freeableBytes > 0);
  return (
    <Part id="storage" title={t('settings.storage')}>
      <Row name={t('settings.thumbnails')} hint={t('settings.madeBackgroundOldestGoFirst')}>
        <span className="row">
          <NumberInput
            w={90}
            aria-label={t('settings.mostGigabytesThumbnails')}
            min={0.1}
            max={1000}
            step={1}
            value={settings?.thumbnailGigabytes ?? 4}
            onChange={(value) => {
              if (Number(value) >= 0.1) void changeSettings({ thumbnailGigabytes: Number(value) });
            }}
          />
          GB
          <Used what="thumbnails" bytes={usage?.thumbnails ?? null} onCleared={read} />
        </span>
      </Row>
      <Row name={t('settings.decodedPixels')} hint={t('settings.makeTrainingFasterDataCache')}>
        <Used what="pixels" bytes={usage?.pixels ?? null} onCleared={read} />
      </Row>
      <Row name={t('settings.proxyDownloads')} hint={t('settings.ofPretrainedWeightsEmptyTakes')}>
        <Proxy />
      </Row>
      {project !== null && runs.length > 0 && (
        <table className="figures">
          <thead>
            <tr>
              <th>{t('settings.runsOf', { project: project.name })}</th>
              <th className="num">{t('common.disk')}</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr key={run.id}>
                <td>
                  {said(run.name)}
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
              <td className="num small quiet">
                {freeable.length > 0 ? t('settings.finishedRunsNeedNoCheckpoints') : ''}
              </td>
            </tr>
          </tbody>
        </table>
      )}
      <Projects open={project?.id ?? null} />
      <p className="small quiet">
        {t('settings.nothingLeavesMachineNoTelemetry')}{' '}
        {hello?.door === 'browser' ? t('settings.windowAnswers12700') : ''}
      </p>
    </Part>
  );
}

/** The size of one part of the cache, with a button to empty it. */
function Used({ what, bytes, onCleared }: { what: 'thumbnails' | 'pixels'; bytes: number | null; onCleared(): void }) {
  const { t, f } = useWording();
  return (
    <span className="row">
      <span className="num">{f.bytes(bytes)}</span>
      <button
        type="button"
        className="link"
        disabled={(bytes ?? 0) === 0}
        aria-label={what === 'thumbnails' ? t('settings.clearThumbnails') : t('settings.clearDecodedPixels')}
        onClick={() => void attempt(() => call('cache.clear', { what })).then(onCleared)}
      >
        {t('settings.clear')}
      </button>
    </span>
  );
}

/** Disk use of each project's runs; the open project's runs are listed one by one. */
function Projects({ open }: { open: string | null }) {
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

/** Commit on blur; partial URLs are invalid. */
function Proxy() {
  const { t } = useWording();
  const proxy = useStudio((state) => state.settings?.proxy ?? '');
  const [text, setText] = useState(proxy);
  useEffect(() => setText(proxy), [proxy]);
  const wrong = text !== '' && !/^https?:\/\/\S+$/.test(text);
  return (
    <TextInput
      w={210}
      aria-label={t('settings.proxyDownloads')}
      placeholder="http://proxy:8080"
      spellCheck={false}
      value={text}
      error={wrong ? t('settings.httpHostPort') : undefined}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => {
        if (!wrong && text !== proxy) void changeSettings({ proxy: text });
      }}
    />
  );
}

function Look() {
  const { t } = useWording();
  const settings = useStudio((state) => state.settings);
  return (
    <Part id="look" title={t('settings.languageLook')}>
      <Row name={t('settings.language')} hint="">
        <Select
          aria-label={t('settings.language')}
          value={settings?.language ?? 'system'}
          data={[
            { value: 'system', label: t('common.system') },
            { value: 'en', label: 'English' },
            { value: 'es', label: 'Español' },
          ]}
          onChange={(language) => void changeSettings({ language: language as 'system' | 'en' | 'es' })}
        />
      </Row>
      <Row name={t('settings.theme')} hint="">
        <Select
          aria-label={t('settings.theme')}
          value={settings?.theme ?? 'system'}
          data={[
            { value: 'system', label: t('common.system') },
            { value: 'light', label: t('common.light') },
            { value: 'dark', label: t('common.dark') },
          ]}
          onChange={(theme) => void changeSettings({ theme: theme as 'system' | 'light' | 'dark' })}
        />
      </Row>
      <Row name={t('settings.rows')} hint={t('settings.largeSuitsTouchScreens')}>
        <Select
          aria-label={t('settings.rows')}
          value={settings?.rows ?? 'normal'}
          data={[
            { value: 'compact', label: t('settings.compact') },
            { value: 'normal', label: t('settings.normal') },
            { value: 'large', label: t('settings.large') },
          ]}
          onChange={(rows) => void changeSettings({ rows: rows as 'compact' | 'normal' | 'large' })}
        />
      </Row>
    </Part>
  );
}

function Keys() {
  const { t } = useWording();
  return (
    <Part id="keys" title={t('common.shortcuts')}>
      <div>
        <Button variant="default" onClick={openShortcuts}>
          {t('settings.showAll')}
          <kbd>?</kbd>
        </Button>
      </div>
    </Part>
  );
}

function Diagnostics() {
  const { t } = useWording();
  const hello = useStudio((state) => state.hello);
  const [{ text, logFile }, setFound] = useState<{ text: string | null; logFile: string }>({ text: null, logFile: '' });
  useEffect(() => {
    void call('studio.diagnostics', {}).then(setFound, () => undefined);
  }, []);
  return (
    <Part id="help" title={t('settings.diagnostics')}>
      <p className="soft">{t('settings.developerNeedsHelpYouVersions')}</p>
      <div className="row">
        <CopyButton value={text ?? ''}>
          {({ copied, copy }) => (
            <Button variant="default" disabled={text === null} onClick={copy}>
              {copied ? t('common.copied') : t('settings.copyDiagnostics')}
            </Button>
          )}
        </CopyButton>
        {hello?.door === 'desktop' && (
          <Button variant="default" onClick={() => void call('files.reveal', { project: null, path: 'log' })}>
            {t('settings.showLog')}
          </Button>
        )}
        <span className="quiet">Destila Studio {hello?.version}</span>
      </div>
      {hello?.door === 'browser' && logFile !== '' && (
        <p className="small quiet long-path">
          {t('settings.logLies')} <code>{logFile}</code>{' '}
          <CopyButton value={logFile}>
            {({ copied, copy }) => (
              <button type="button" className="link" onClick={copy}>
                {copied ? t('common.copied') : t('common.copy')}
              </button>
            )}
          </CopyButton>
        </p>
      )}
      {text !== null && (
        <pre className="diagnostics" tabIndex={0} aria-label={t('settings.diagnostics')}>
          {text}
        </pre>
      )}
    </Part>
  );
}
