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

/** Every change acts at once; there is no Save. */
export default function SettingsScreen() {
  const { w, said } = useWording();
  const machine = useStudio((state) => state.hello?.machine ?? null);
  const works = machine?.engines
    .filter(({ state }) => state === 'works')
    .sort((a, b) => (b.imagesPerSecond ?? 0) - (a.imagesPerSecond ?? 0))[0];
  const parts = [
    ['engine', w('Engine', 'Motor')],
    ['storage', w('Storage', 'Almacenamiento')],
    ['look', w('Language and look', 'Idioma y aspecto')],
    ['keys', w('Shortcuts', 'Atajos')],
    ['help', w('Diagnostics', 'Diagnóstico')],
  ] as const;
  return (
    <>
      <Answer
        tone={machine === null ? 'plain' : works === undefined ? 'bad' : 'ok'}
        says={
          machine === null
            ? w('This machine has not been measured yet.', 'Este equipo aún no se ha medido.')
            : works === undefined
              ? w('No engine works on this machine.', 'Ningún motor funciona en este equipo.')
              : works.name === 'onnx-cpu'
                ? w('Training runs on the processor.', 'Se entrena con el procesador.')
                : w('The graphics card is the fastest here.', 'La tarjeta gráfica es lo más rápido aquí.')
        }
        because={works === undefined ? '' : said(works.description)}
      />
      <div className="settings">
        <nav className="line-right" aria-label={w('Parts', 'Partes')}>
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
  const { w, f, said } = useWording();
  const { hello, settings, activities } = useParts('hello', 'settings', 'activities');
  const machine = hello?.machine ?? null;
  const measuring = activities.some(({ kind, project }) => kind === 'measure' && project === null);
  const measure = async (): Promise<void> => {
    const found = await attempt(() => call('machine.measure', {}));
    const now = useStudio.getState().hello;
    if (found !== null && now !== null) useStudio.setState({ hello: { ...now, machine: found } });
  };
  return (
    <Part id="engine" title={w('Engine', 'Motor')}>
      {machine !== null && (
        <table className="figures">
          <thead>
            <tr>
              <th>{w('Engine', 'Motor')}</th>
              <th>{w('State', 'Estado')}</th>
              <th className="num">{w('Images a second', 'Imágenes por segundo')}</th>
              <th>{w('What it is', 'Qué es')}</th>
            </tr>
          </thead>
          <tbody>
            {machine?.engines.map((engine) => (
              <tr key={engine.name}>
                <td style={{ whiteSpace: 'nowrap' }}>
                  <strong>{engine.name}</strong>
                </td>
                <td
                  style={{ whiteSpace: 'nowrap' }}
                  className={engine.state === 'works' ? 'ok' : engine.state === 'fails' ? 'bad' : 'quiet'}
                >
                  {engine.state === 'works'
                    ? w('works', 'funciona')
                    : engine.state === 'fails'
                      ? w('fails', 'falla')
                      : w('not tried', 'no probado')}
                </td>
                <td className="num">{engine.imagesPerSecond === null ? '–' : f.decimal(engine.imagesPerSecond, 0)}</td>
                <td className="soft">
                  {said(engine.description)}
                  {engine.fix !== null && (
                    <>
                      {' '}
                      {w('To fix it:', 'Para arreglarlo:')} <code>{said(engine.fix)}</code>
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
        >{`Vulkan ${version}: ${name}, ${driver}. ${w(`Buffers up to ${f.bytes(largestBufferBytes)}, ${f.bytes(memoryBytes)} of memory.`, `Búferes de hasta ${f.bytes(largestBufferBytes)}, ${f.bytes(memoryBytes)} de memoria.`)}`}</p>
      ))}
      <p className="small quiet">
        {w(
          'Measured with a small network at 96 px; Train measures the real ones.',
          'Medido con una red pequeña a 96 px; Entrenar mide las de verdad.',
        )}
      </p>
      <div>
        <Button variant="default" loading={measuring} onClick={() => void measure()}>
          {machine === null ? w('Measure', 'Medir') : w('Measure again', 'Medir de nuevo')}
        </Button>
      </div>
      <EngineSpeeds starting={machine?.engines.filter(({ state }) => state === 'works').length ?? 1} />
      <Row
        name={w('Threads', 'Hilos')}
        hint={w(
          '0 takes all cores; a run whose own settings name a number keeps it.',
          '0 toma todos los núcleos; un entrenamiento con número propio lo conserva.',
        )}
      >
        <NumberInput
          w={90}
          aria-label={w('Threads', 'Hilos')}
          min={0}
          max={machine?.cpu.cores ?? 256}
          value={settings?.threads ?? 0}
          onChange={(value) => {
            if (value !== '') void changeSettings({ threads: Number(value) });
          }}
        />
      </Row>
      <Row
        name={w('Leave cores free', 'Dejar núcleos libres')}
        hint={w(
          'New runs leave a quarter of the cores, at least one, to other programs, and give way to them.',
          'Los nuevos dejan un cuarto de los núcleos, al menos uno, a otros programas y les ceden el paso.',
        )}
      >
        <Switch
          aria-label={w('Leave cores free', 'Dejar núcleos libres')}
          checked={settings?.polite ?? false}
          onChange={(event) => void changeSettings({ polite: event.currentTarget.checked })}
        />
      </Row>
    </Part>
  );
}

function Storage() {
  const { w, f, said } = useWording();
  const { settings, runs, project, hello } = useParts('settings', 'runs', 'project', 'hello');
  const [usage, setUsage] = useState<{ thumbnails: number; pixels: number } | null>(null);
  const read = (): void => void call('cache.usage', {}).then(setUsage, () => undefined);
  useEffect(read, []);
  const freeable = runs.filter(({ trashed, freeableBytes }) => !trashed && freeableBytes > 0);
  return (
    <Part id="storage" title={w('Storage', 'Almacenamiento')}>
      <Row
        name={w('Thumbnails', 'Miniaturas')}
        hint={w(
          'Made in the background; the oldest go first.',
          'Se hacen en segundo plano; las más viejas se van antes.',
        )}
      >
        <span className="row">
          <NumberInput
            w={90}
            aria-label={w('Most gigabytes for thumbnails', 'Máximo de gigabytes para miniaturas')}
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
      <Row
        name={w('Decoded pixels', 'Píxeles decodificados')}
        hint={w(
          'Make training faster; data.cache_gb sets how much.',
          'Aceleran el entrenamiento; data.cache_gb fija cuánto.',
        )}
      >
        <Used what="pixels" bytes={usage?.pixels ?? null} onCleared={read} />
      </Row>
      <Row
        name={w('Proxy for downloads', 'Proxy para descargas')}
        hint={w(
          "Of pretrained weights; empty takes the system's.",
          'De pesos preentrenados; vacío usa el del sistema.',
        )}
      >
        <Proxy />
      </Row>
      {project !== null && runs.length > 0 && (
        <table className="figures">
          <thead>
            <tr>
              <th>{w(`Runs of ${project.name}`, `Entrenamientos de ${project.name}`)}</th>
              <th className="num">{w('Disk', 'Disco')}</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr key={run.id}>
                <td>
                  {said(run.name)}
                  {run.trashed ? ` (${w('trash', 'papelera')})` : ''}
                </td>
                <td className="num">{f.bytes(run.bytes)}</td>
                <td className="num">
                  {freeable.includes(run) && (
                    <button
                      type="button"
                      className="link"
                      onClick={() => void attempt(() => call('runs.clean', { project: run.project, run: run.id }))}
                    >
                      {w(
                        `Free the checkpoints, ${f.bytes(run.freeableBytes)}`,
                        `Liberar puntos de control, ${f.bytes(run.freeableBytes)}`,
                      )}
                    </button>
                  )}
                </td>
              </tr>
            ))}
            <tr>
              <td className="soft">{w('All', 'Todo')}</td>
              <td className="num">
                <strong>{f.bytes(runs.reduce((sum, { bytes }) => sum + bytes, 0))}</strong>
              </td>
              <td className="num small quiet">
                {freeable.length > 0 ? w('Finished runs need no checkpoints.', 'Los acabados no los necesitan.') : ''}
              </td>
            </tr>
          </tbody>
        </table>
      )}
      <Projects open={project?.id ?? null} />
      <p className="small quiet">
        {w(
          'Nothing leaves this machine: no telemetry, no account.',
          'Nada sale de este equipo: ni telemetría ni cuenta.',
        )}{' '}
        {hello?.door === 'browser'
          ? w('This window answers 127.0.0.1 only.', 'Esta ventana solo responde a 127.0.0.1.')
          : ''}
      </p>
    </Part>
  );
}

/** What a part of the cache holds, and a button that empties it. */
function Used({ what, bytes, onCleared }: { what: 'thumbnails' | 'pixels'; bytes: number | null; onCleared(): void }) {
  const { w, f } = useWording();
  return (
    <span className="row">
      <span className="num">{f.bytes(bytes)}</span>
      <button
        type="button"
        className="link"
        disabled={(bytes ?? 0) === 0}
        aria-label={
          what === 'thumbnails'
            ? w('Clear the thumbnails', 'Vaciar las miniaturas')
            : w('Clear the decoded pixels', 'Vaciar los píxeles decodificados')
        }
        onClick={() => void attempt(() => call('cache.clear', { what })).then(onCleared)}
      >
        {w('Clear', 'Vaciar')}
      </button>
    </span>
  );
}

/** What the runs of each project take; those of the open one stand above, one by one. */
function Projects({ open }: { open: string | null }) {
  const { w, f } = useWording();
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
          <th>
            {open === null
              ? w('Runs of all projects', 'Entrenamientos de todos los proyectos')
              : w('Runs of other projects', 'Entrenamientos de otros proyectos')}
          </th>
          <th className="num">{w('Runs', 'Número')}</th>
          <th className="num">{w('Disk', 'Disco')}</th>
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
                  {w(
                    `Free the checkpoints, ${f.bytes(use.freeableBytes)}`,
                    `Liberar puntos de control, ${f.bytes(use.freeableBytes)}`,
                  )}
                </button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Kept when the field is left: half an address is none. */
function Proxy() {
  const { w } = useWording();
  const proxy = useStudio((state) => state.settings?.proxy ?? '');
  const [text, setText] = useState(proxy);
  useEffect(() => setText(proxy), [proxy]);
  const wrong = text !== '' && !/^https?:\/\/\S+$/.test(text);
  return (
    <TextInput
      w={210}
      aria-label={w('Proxy for downloads', 'Proxy para descargas')}
      placeholder="http://proxy:8080"
      spellCheck={false}
      value={text}
      error={wrong ? w('http://host:port', 'http://equipo:puerto') : undefined}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => {
        if (!wrong && text !== proxy) void changeSettings({ proxy: text });
      }}
    />
  );
}

function Look() {
  const { w } = useWording();
  const settings = useStudio((state) => state.settings);
  return (
    <Part id="look" title={w('Language and look', 'Idioma y aspecto')}>
      <Row name={w('Language', 'Idioma')} hint="">
        <Select
          aria-label={w('Language', 'Idioma')}
          value={settings?.language ?? 'system'}
          data={[
            { value: 'system', label: w('As the system', 'Como el sistema') },
            { value: 'en', label: 'English' },
            { value: 'es', label: 'Español' },
          ]}
          onChange={(language) => void changeSettings({ language: language as 'system' | 'en' | 'es' })}
        />
      </Row>
      <Row name={w('Theme', 'Tema')} hint="">
        <Select
          aria-label={w('Theme', 'Tema')}
          value={settings?.theme ?? 'system'}
          data={[
            { value: 'system', label: w('As the system', 'Como el sistema') },
            { value: 'light', label: w('Light', 'Claro') },
            { value: 'dark', label: w('Dark', 'Oscuro') },
          ]}
          onChange={(theme) => void changeSettings({ theme: theme as 'system' | 'light' | 'dark' })}
        />
      </Row>
      <Row name={w('Rows', 'Filas')} hint={w('Large suits touch screens.', 'Grandes van bien con pantallas táctiles.')}>
        <Select
          aria-label={w('Rows', 'Filas')}
          value={settings?.rows ?? 'normal'}
          data={[
            { value: 'compact', label: w('Compact', 'Compactas') },
            { value: 'normal', label: w('Normal', 'Normales') },
            { value: 'large', label: w('Large', 'Grandes') },
          ]}
          onChange={(rows) => void changeSettings({ rows: rows as 'compact' | 'normal' | 'large' })}
        />
      </Row>
    </Part>
  );
}

function Keys() {
  const { w } = useWording();
  return (
    <Part id="keys" title={w('Shortcuts', 'Atajos')}>
      <div>
        <Button variant="default" onClick={openShortcuts}>
          {w('Show all', 'Ver todos')}
          <kbd>?</kbd>
        </Button>
      </div>
    </Part>
  );
}

function Diagnostics() {
  const { w } = useWording();
  const hello = useStudio((state) => state.hello);
  const [{ text, logFile }, setFound] = useState<{ text: string | null; logFile: string }>({ text: null, logFile: '' });
  useEffect(() => {
    void call('studio.diagnostics', {}).then(setFound, () => undefined);
  }, []);
  return (
    <Part id="help" title={w('Diagnostics', 'Diagnóstico')}>
      <p className="soft">
        {w(
          'What a developer needs to help you: versions, this machine, the last lines of the log. Folders, your name and passwords are left out; names of images may stand in it. It goes nowhere by itself.',
          'Lo que necesita quien te ayude: versiones, este equipo y el final del registro. Sin carpetas, tu nombre ni contraseñas; puede haber nombres de imágenes. No se envía a ningún sitio.',
        )}
      </p>
      <div className="row">
        <CopyButton value={text ?? ''}>
          {({ copied, copy }) => (
            <Button variant="default" disabled={text === null} onClick={copy}>
              {copied ? w('Copied', 'Copiado') : w('Copy diagnostics', 'Copiar diagnóstico')}
            </Button>
          )}
        </CopyButton>
        {hello?.door === 'desktop' && (
          <Button variant="default" onClick={() => void call('files.reveal', { project: null, path: 'log' })}>
            {w('Show the log', 'Ver el registro')}
          </Button>
        )}
        <span className="quiet">Destila Studio {hello?.version}</span>
      </div>
      {hello?.door === 'browser' && logFile !== '' && (
        <p className="small quiet" style={{ overflowWrap: 'anywhere' }}>
          {w('The log lies in', 'El registro está en')} <code>{logFile}</code>{' '}
          <CopyButton value={logFile}>
            {({ copied, copy }) => (
              <button type="button" className="link" onClick={copy}>
                {copied ? w('Copied', 'Copiado') : w('Copy', 'Copiar')}
              </button>
            )}
          </CopyButton>
        </p>
      )}
      {text !== null && (
        <pre className="diagnostics" tabIndex={0} aria-label={w('Diagnostics', 'Diagnóstico')}>
          {text}
        </pre>
      )}
    </Part>
  );
}
