import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { fieldError } from '../../shared/fieldError.ts';
import { call } from '../api/client.ts';
import { Answer } from '../components/Answer.tsx';
import { useWording } from '../i18n/words.ts';
import { readinessOf } from '../data/readiness.ts';
import { useCommands } from '../stores/commands.ts';
import { useKeys } from '../stores/keys.ts';
import { loadDataset, useDataset } from '../stores/dataset.ts';
import { attempt, dismissProblem, go, useParts } from '../stores/studio.ts';
import {
  choosePreset,
  loadChoices,
  measure,
  measurePreset,
  redo,
  secondsOf,
  undo,
  unmeasured,
  useConfig,
} from './configStore.ts';
import { isSample } from './isSample.ts';
import { PreflightPanel } from './PreflightPanel.tsx';
import { Presets } from './Presets.tsx';
import { readyAnswer } from './readyAnswer.ts';
import { searchedNetwork } from './rates.ts';
import { SettingFields } from './SettingFields.tsx';
import { settingName } from '../../shared/settingWords.ts';
import { presetWords } from './settingWords.ts';
import { planRun, showSetting, useTrainView } from './trainView.ts';
import { WeightsPanel } from './WeightsPanel.tsx';
import { YamlView } from './YamlView.tsx';

/** The settings of the next run, how long it will take, and its start. */
export function SettingsView() {
  const wording = useWording();
  const { t, said } = wording;
  const { project, runs, queue, activities } = useParts('project', 'runs', 'queue', 'activities');
  const { config, preset, choices, preflight, yamlError, fieldIssues, measuring, replaced } = useConfig();
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
  const idle = ready && !measuring && !busy && !searching;
  const unmeasuredNow = idle && preflight === null;
  const presetLeft = useConfig((state) => unmeasured(state) !== undefined);
  const unmeasuredPreset = idle && preflight !== null && presetLeft;
  // Measures once the settings no longer change, and not during a training or a search, which it would slow down.
  useEffect(() => {
    if (!unmeasuredNow) return;
    const timer = setTimeout(() => void measure(), 600);
    return () => clearTimeout(timer);
  }, [unmeasuredNow, config]);
  useEffect(() => {
    if (unmeasuredPreset) void measurePreset();
  }, [unmeasuredPreset]);
  useEffect(() => {
    useConfig.setState({ preflight: null });
  }, [config]);
  const seconds = preflight === null ? null : secondsOf(preflight);
  const [wrongField] = Object.entries(fieldIssues);
  const wrongSetting =
    wrongField !== undefined
      ? said(fieldError(wrongField[1], t('train.quotedSetting', { name: settingName(wrongField[0], t) })))
      : yamlError !== null
        ? said(yamlError)
        : null;
  const { labeled, counts, edited, check } = useDataset();
  const readiness = useMemo(
    () =>
      index === null || counts === null
        ? null
        : readinessOf(labeled, counts, { meaning: config.data.unlabeled, edited: edited.size > 0 }),
    [index, labeled, counts, config.data.unlabeled, edited],
  );
  const errors = (check?.findings ?? index?.findings ?? []).filter(({ severity }) => severity === 'error').length;
  const answer = readyAnswer(wording, {
    readiness,
    errors,
    wrongSetting,
    problem: preflight?.problem ?? null,
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
        {wrongField !== undefined && (
          <Button variant="subtle" onClick={() => showSetting(wrongField[0])}>
            {t('train.showSetting')}
          </Button>
        )}
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
          <Presets seconds={seconds} />
          <WeightsPanel />
          <SettingFields all={all} onAll={setAll} />
        </div>
        <aside className="panel line-left" aria-label={t('train.beforeYouStart')}>
          <PreflightPanel readiness={readiness} checking={activities.some(({ kind }) => kind === 'check')} />
          <YamlView />
        </aside>
      </div>
    </>
  );
}
