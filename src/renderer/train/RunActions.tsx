import { Button, Menu } from '@mantine/core';
import { IconDots, IconFlag, IconPlayerPause, IconPlayerPlay, IconPlus } from '@tabler/icons-react';
import type { RunSummary } from '../../shared/contract/runs.ts';
import type { QueueEntry } from '../../shared/contract/studio.ts';
import type { JobCommand, Stage } from '../../shared/events.ts';
import { call } from '../api/client.ts';
import { runName } from '../../shared/runName.ts';
import { useWording } from '../i18n/words.ts';
import { attempt, go } from '../stores/studio.ts';
import { adoptRun } from './configStore.ts';
import { repeatWithSeeds } from './repeatWithSeeds.ts';
import { trainedStages } from './stageParts.ts';
import { planRun } from './trainView.ts';

interface Props {
  readonly run: RunSummary;
  /** Null when the run is not in the queue. */
  readonly entry: QueueEntry | null;
  readonly running: boolean;
  /** The stage that is running. */
  readonly current: Stage | null;
  readonly command: (sent: JobCommand) => void;
  readonly onPause: () => void;
}

/** What can be done with the run in its state. */
export function RunActions({ run, entry, running, current, command, onPause }: Props) {
  const { t, said } = useWording();
  const paused = entry?.state === 'paused';
  // A program that is gone may have left the run in this state: another machine or container cannot be checked from
  // here.
  const elsewhere = entry === null && run.state === 'running';
  const resumable = entry === null && run.state !== 'finished' && run.state !== 'running';
  return (
    <>
      {running && (
        <Button
          variant="subtle"
          leftSection={paused ? <IconPlayerPlay size={15} /> : <IconPlayerPause size={15} />}
          onClick={onPause}
        >
          {paused ? t('train.go2') : t('train.pause2')}
          <kbd>P</kbd>
        </Button>
      )}
      {running && current !== null && trainedStages.has(current) && (
        <Button variant="default" leftSection={<IconFlag size={15} />} onClick={() => command({ type: 'finishPhase' })}>
          {t('train.finishNowKeepBest')}
        </Button>
      )}
      {resumable && (
        <Button onClick={() => void attempt(() => call('runs.resume', { project: run.project, run: run.id }))}>
          {t('train.resume')}
        </Button>
      )}
      {elsewhere && (
        <Button
          variant="default"
          title={t('train.anotherProgramTrainingRunIf')}
          onClick={() => void attempt(() => call('runs.takeOver', { project: run.project, run: run.id }))}
        >
          {t('train.takeOver')}
        </Button>
      )}
      {run.state === 'finished' && (
        <Button onClick={() => go('tune', run.id)}>{t('train.tune', { run: said(runName(run.name)) })}</Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="subtle" px={6} aria-label={t('train.more')}>
            <IconDots size={16} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPlus size={14} />} onClick={() => planRun(true)}>
            {t('train.newRun')}
          </Menu.Item>
          <Menu.Item
            onClick={() => {
              adoptRun(run);
              planRun(true);
            }}
          >
            {t('train.useSettingsAgain')}
          </Menu.Item>
          <Menu.Item onClick={() => void repeatWithSeeds(run)}>{t('train.repeatTwoOtherSeeds2')}</Menu.Item>
          {running && (
            <Menu.Item onClick={() => command({ type: 'stop' })}>{t('train.stopCheckpointResumeLater')}</Menu.Item>
          )}
          {entry !== null && (
            <Menu.Item
              color="red"
              onClick={() => void attempt(() => call('runs.cancel', { project: run.project, run: run.id }))}
            >
              {running ? t('train.stopOnce') : t('train.takeOutOfQueue')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Button variant="default" leftSection={<IconPlus size={15} />} onClick={() => planRun(true)}>
        {t('train.newRun2')}
        <kbd>N</kbd>
      </Button>
    </>
  );
}
