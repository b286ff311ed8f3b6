import { Button, CopyButton } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { useKeys } from '../stores/keys.ts';
import { attempt } from '../stores/studio.ts';
import { adopt, setYaml, useConfig } from './configStore.ts';
import { differences } from './settings.ts';

/** The settings as YAML; changed lines are marked. */
export function YamlView() {
  const { t, said } = useWording();
  const { yaml, yamlError, config, base, choices, project } = useConfig();
  const area = useRef<HTMLTextAreaElement>(null);
  const backdrop = useRef<HTMLPreElement>(null);
  const [saved, setSaved] = useState(false);
  const changed = useMemo(() => differences(base, config), [base, config]);
  const marked = useMemo(() => linesOf(yaml, changed), [yaml, changed]);
  useKeys({ y: () => area.current?.focus() });
  useEffect(() => setSaved(false), [config]);
  const keep = async (): Promise<void> => {
    if (project !== null && (await attempt(() => call('config.save', { project, config }))) !== null) setSaved(true);
  };
  return (
    <section className="yaml line-top" aria-label="YAML">
      <div className="panel-head centered">
        <h2>destila.yaml</h2>
        <span className="quiet cut">
          {changed.length === 0 ? t('train.presetInline') : t('train.changed', { changedCount: changed.length })}
        </span>
        <span className="push" />
        {changed.length > 0 && (
          <Button variant="subtle" onClick={() => adopt(base, base, useConfig.getState().preset)}>
            {t('train.resetAll')}
          </Button>
        )}
        <Button
          variant="subtle"
          disabled={saved || yamlError !== null}
          onClick={() => void keep()}
          title={choices?.file}
        >
          {saved ? t('train.kept') : t('train.keep')}
        </Button>
        <CopyButton value={yaml}>
          {({ copied, copy }) => (
            <Button variant="subtle" onClick={copy}>
              {copied ? t('common.copied') : t('common.copy')}
            </Button>
          )}
        </CopyButton>
      </div>
      {yamlError !== null && (
        <p className="small bad yaml-fault" role="alert">
          {said(yamlError)}
        </p>
      )}
      <div className="yaml-edit">
        <pre ref={backdrop} aria-hidden="true">
          {yaml.split('\n').map((line, at) => (
            <span key={at} className={marked.has(at) ? 'changed' : ''}>
              {line}
              {'\n'}
            </span>
          ))}
        </pre>
        <textarea
          ref={area}
          aria-label={t('train.settingsYaml')}
          spellCheck={false}
          value={yaml}
          onChange={(event) => setYaml(event.currentTarget.value)}
          onScroll={(event) => {
            backdrop.current!.scrollTop = event.currentTarget.scrollTop;
            backdrop.current!.scrollLeft = event.currentTarget.scrollLeft;
          }}
        />
      </div>
    </section>
  );
}

/** Line numbers, from 0, of changed settings. */
function linesOf(yaml: string, keys: readonly string[]): Set<number> {
  const wanted = new Set(keys);
  const found = new Set<number>();
  let section = '';
  yaml.split('\n').forEach((line, at) => {
    const match = /^(\s*)([a-z_]+):/.exec(line);
    if (match === null) return;
    if (match[1] === '') section = match[2]!;
    if (wanted.has(match[1] === '' ? match[2]! : `${section}.${match[2]}`)) found.add(at);
  });
  return found;
}
