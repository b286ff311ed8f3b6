import { Button, NumberInput, Select, Switch } from '@mantine/core';
import type { Machine } from '../../shared/contract/studio.ts';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { attempt, changeSettings, useParts, useStudio } from '../stores/studio.ts';
import { EngineInstalls } from './EngineInstalls.tsx';
import { EngineSpeeds } from './EngineSpeeds.tsx';
import { Part, Row } from './Part.tsx';

/** The engines of this machine, their speeds, and how much of it training may use. */
export function Engines() {
  const { t, f } = useWording();
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
      {machine !== null && <EngineTable engines={machine.engines} />}
      {machine?.vulkan.map(({ name, driver, version, software, largestBufferBytes, memoryBytes }) => (
        <p key={name} className="small quiet">
          {`Vulkan ${version}: ${name}, ${driver}. `}
          {t('settings.buffersUpOfMemory', {
            largestBufferBytes: f.bytes(largestBufferBytes),
            memoryBytes: f.bytes(memoryBytes),
          })}
          {software && <strong> {t('settings.softwareAdapter')}</strong>}
        </p>
      ))}
      <p className="small quiet">{t('settings.measuredSmallNetwork96Px')}</p>
      <div>
        <Button variant="default" loading={measuring} onClick={() => void measure()}>
          {machine === null ? t('settings.measure') : t('common.measureAgain')}
        </Button>
      </div>
      <EngineInstalls onInstalled={() => void measure()} />
      <EngineSpeeds starting={machine?.engines.filter(({ state }) => state === 'works').length ?? 1} />
      <AdapterChoice adapters={machine?.adapters ?? []} />
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

/** Offered where there is a choice, and where an earlier choice can be undone. */
function AdapterChoice({ adapters }: { adapters: readonly string[] }) {
  const { t } = useWording();
  const { settings } = useParts('settings');
  const chosen = settings?.adapter ?? null;
  if (adapters.length < 2 && chosen === null) return null;
  const names = [...new Set([...adapters, ...(chosen === null ? [] : [chosen])])];
  return (
    <Row name={t('settings.adapter')} hint={t('settings.adapterHint')}>
      <Select
        w={260}
        aria-label={t('settings.adapter')}
        data={[
          { value: '', label: t('settings.adapterAutomatic') },
          ...names.map((name) => ({ value: name, label: name })),
        ]}
        value={chosen ?? ''}
        allowDeselect={false}
        onChange={(value) => void changeSettings({ adapter: value === '' ? null : value })}
      />
    </Row>
  );
}

function EngineTable({ engines }: { engines: Machine['engines'] }) {
  const { t, f, said } = useWording();
  return (
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
        {engines.map((engine) => (
          <tr key={engine.name}>
            <td className="nowrap">
              <strong>{engine.name}</strong>
            </td>
            <td className={`nowrap ${engine.state === 'works' ? 'ok' : engine.state === 'fails' ? 'bad' : 'quiet'}`}>
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
  );
}
