import { Button, CopyButton } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { Fragment, useEffect, useMemo, useRef, useState } from 'react';
import type { Config } from '../../shared/config.ts';
import { call } from '../api/client.ts';
import { Answer } from '../components/Answer.tsx';
import { useWording } from '../i18n/words.ts';
import { readinessOf } from '../data/readiness.ts';
import { useCommands } from '../stores/commands.ts';
import { useKeys } from '../stores/keys.ts';
import { loadDataset, useDataset } from '../stores/dataset.ts';
import { attempt, dismissProblem, go, useParts } from '../stores/studio.ts';
import { adopt, choosePreset, loadChoices, measure, redo, setYaml, undo, useConfig } from './configStore.ts';
import { FieldRow } from './FieldRow.tsx';
import { isSample } from './isSample.ts';
import { PreflightPanel } from './PreflightPanel.tsx';
import { readyAnswer } from './readyAnswer.ts';
import { FindRate, RateCurve } from './RateFinder.tsx';
import { networkOfRate, searchedNetwork } from './rates.ts';
import { differences, sections } from './settings.ts';
import { presetWords, sectionName } from './settingWords.ts';
import { planRun, useTrainView } from './trainView.ts';
import { WeightsPanel } from './WeightsPanel.tsx';

const basics = new Set([
  'data.padding_color',
  'teacher.architecture',
  'teacher.input_size',
  'teacher.weights',
  'teacher.epochs_head',
  'teacher.lr_finetune',
  'teacher.epochs_finetune',
  'student.architecture',
  'student.input_size',
  'student.weights',
  'student.lr_finetune',
  'student.epochs_finetune',
  'student.alpha',
  'student.early_stopping_patience',
  'qat.epochs',
  'tflite_export.name',
  'tflite_export.input_type',
  'threshold_search.goal',
  'seed',
]);

export function SettingsView() {
  const wording = useWording();
  const { t, f } = wording;
  const { project, runs, queue, activities } = useParts('project', 'runs', 'queue', 'activities');
  const { config, base, preset, choices, preflight, yamlComplaint, complaints, measuring, replaced } = useConfig();
  const index = useDataset((state) => state.index);
  const [all, setAll] = useState(false);
  const [starting, setStarting] = useState(false);
  useEffect(() => {
    if (project === null) return;
    void loadChoices(project.id, isSample(project));
    void loadDataset(project.id);
  }, [project]);
  const wanted = useTrainView((state) => state.setting);
  useEffect(() => {
    if (wanted === null) return;
    setAll(true);
    const frame = requestAnimationFrame(() => {
      document.getElementById(`setting-${wanted}`)?.focus();
      useTrainView.setState({ setting: null });
    });
    return () => cancelAnimationFrame(frame);
  }, [wanted, choices]);
  const ready = choices !== null && useConfig.getState().project === project?.id;
  const busy = queue.length > 0;
  const searching = activities.some((activity) => searchedNetwork(activity) !== null);
  const unmeasured = ready && preflight === null && !measuring && !busy && !searching;
  // Measure once the settings settle, and never beside a training or a search that it would slow down.
  useEffect(() => {
    if (!unmeasured) return;
    const timer = setTimeout(() => void measure(), 600);
    return () => clearTimeout(timer);
  }, [unmeasured, config]);
  useEffect(() => {
    useConfig.setState({ preflight: null });
  }, [config]);
  const seconds =
    preflight === null || preflight.stageSeconds.length === 0
      ? null
      : preflight.stageSeconds.reduce((sum, stage) => sum + stage.seconds, 0);
  const wrong = yamlComplaint !== null || Object.keys(complaints).length > 0;
  const { labeled, counts, edited, check } = useDataset();
  const readiness = useMemo(
    () =>
      index === null || counts === null
        ? null
        : readinessOf(labeled, counts, { meaning: config.data.unlabeled, edited: edited.size > 0 }),
    [index, labeled, counts, config.data.unlabeled, edited],
  );
  const errors = (check?.problems ?? index?.problems ?? []).filter(({ severity }) => severity === 'error').length;
  const answer = readyAnswer(wording, {
    readiness,
    errors,
    wrongSettings: wrong,
    problem: preflight?.problem?.message ?? null,
    busy,
    seconds,
    now: new Date(),
  });
  const number = Math.max(0, ...runs.map((run) => run.number)) + 1;
  const start = async (): Promise<void> => {
    if (project === null || answer.blocked || starting) return;
    setStarting(true);
    dismissProblem();
    const run = await attempt(() =>
      call('runs.start', { project: project.id, config, preset, expected: preflight?.stageSeconds ?? [] }),
    );
    setStarting(false);
    if (run === null) return;
    planRun(false);
    go('train', run.id);
  };
  useKeys({ 'mod+Enter': () => void start(), 'mod+z': undo, 'mod+shift+z': redo, 'mod+y': redo });
  useCommands(() => [
    {
      id: 'start',
      text: busy ? t('train.queueRun', { number }) : t('train.startRun', { number }),
      hint: 'Ctrl ⏎',
      run: () => void start(),
    },
    ...(choices?.presets ?? []).map(({ name }) => ({
      id: name,
      text: t('train.preset', { name: presetWords(name, t)[0] }),
      run: () => choosePreset(name),
    })),
    ...(replaced.length > 0
      ? [
          {
            id: 'undo',
            text: t('train.settingsBeforeThese'),
            hint: 'Ctrl Z',
            run: undo,
          },
        ]
      : []),
  ]);
  return (
    <>
      <Answer tone={answer.tone} headline={answer.headline} reason={answer.reason}>
        {runs.length > 0 && (
          <Button variant="subtle" onClick={() => planRun(false)}>
            {t('train.showRuns')}
          </Button>
        )}
        <Button
          leftSection={<IconPlayerPlay size={15} />}
          disabled={answer.blocked || !ready}
          loading={starting}
          onClick={() => void start()}
        >
          {busy ? t('train.queueRun', { number }) : t('train.startRun', { number })}
          <kbd>Ctrl ⏎</kbd>
        </Button>
      </Answer>
      <div className="train-settings">
        <div className="scroll train-fields">
          <div className="presets" role="radiogroup" aria-label={t('train.preset2')}>
            {choices?.presets
              .filter(({ name }) => name !== 'demo' || preset === 'demo' || project?.name === 'Sample')
              .map(({ name, config: own }) => (
                <button
                  key={name}
                  type="button"
                  role="radio"
                  aria-checked={preset === name && differences(own, base).length === 0}
                  onClick={() => choosePreset(name)}
                >
                  <span className="row">
                    <i className="radio" />
                    <strong>{presetWords(name, t)[0]}</strong>
                    {preset === name && seconds !== null && <span className="push soft">{f.duration(seconds)}</span>}
                  </span>
                  <span className="small soft">{presetWords(name, t)[1]}</span>
                </button>
              ))}
            {choices?.own != null && (
              <button
                type="button"
                role="radio"
                aria-checked={preset === null}
                onClick={() => adopt(choices.own!, choices.defaults, null)}
              >
                <span className="row">
                  <i className="radio" />
                  <strong>{t('train.project')}</strong>
                </span>
                <span className="small soft">destila.yaml</span>
              </button>
            )}
          </div>
          {replaced.length > 0 && (
            <p className="row small soft replaced" role="status">
              <span>{t('train.settingsYouHadChangedReplaced')}</span>
              <button type="button" className="link" onClick={undo}>
                {t('common.undo')}
              </button>
              <kbd>Ctrl Z</kbd>
            </p>
          )}
          <WeightsPanel />
          {sections().map(({ name, fields }) => {
            const shown = fields.filter(
              ({ key }) => all || basics.has(key) || complaints[key] !== undefined || !sameValue(config, base, key),
            );
            if (shown.length === 0) return null;
            const [title, hint] = sectionName(name, t);
            return (
              <section key={name} className="setting-section" aria-label={title}>
                <div className="row">
                  <h2>{title}</h2>
                  <span className="quiet">{hint}</span>
                </div>
                {shown.map((field) => {
                  const network = networkOfRate(field.key);
                  return network === null ? (
                    <FieldRow key={field.key} field={field} />
                  ) : (
                    <Fragment key={field.key}>
                      <FieldRow field={field}>
                        <FindRate network={network} />
                      </FieldRow>
                      <RateCurve network={network} />
                    </Fragment>
                  );
                })}
              </section>
            );
          })}
          <Button variant="subtle" mt={8} onClick={() => setAll(!all)} aria-expanded={all}>
            {all ? t('train.showBasicsOnly') : t('train.showEverySetting')}
          </Button>
        </div>
        <aside className="panel line-left" aria-label={t('train.beforeYouStart')}>
          <PreflightPanel readiness={readiness} checking={activities.some(({ kind }) => kind === 'check')} />
          <YamlView />
        </aside>
      </div>
    </>
  );
}

function sameValue(a: Config, b: Config, key: string): boolean {
  const at = (config: Config): unknown =>
    key.split('.').reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], config);
  return JSON.stringify(at(a)) === JSON.stringify(at(b));
}

/** The settings as YAML; changed lines are marked. */
function YamlView() {
  const { t, said } = useWording();
  const { yaml, yamlComplaint, config, base, choices, project } = useConfig();
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
          disabled={saved || yamlComplaint !== null}
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
      {yamlComplaint !== null && (
        <p className="small bad yaml-fault" role="alert">
          {said(yamlComplaint)}
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
