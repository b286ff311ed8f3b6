import { UnstyledButton } from '@mantine/core';
import { IconCircleCheck, IconCpu, IconPlugConnectedX, IconX } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { Activity, QueueEntry } from '../../shared/contract/studio.ts';
import { runName } from '../../shared/runName.ts';
import { sessionExpired } from '../api/browser.ts';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import type { Wording } from '../i18n/words.ts';
import { go, useParts, useProgress, useStudio } from '../stores/studio.ts';
import { stageName } from '../train/stageNames.ts';
import { secondsLeftOfRun } from '../train/timeLeft.ts';
import { deviceOf } from './device.ts';
import { openShortcuts } from './ShortcutSheet.tsx';

const LOAD_EVERY_MS = 3000;

/** Shows the current job, its remaining time and the device on every screen. */
export function StatusBar() {
  const wording = useWording();
  const { t, f, said } = wording;
  const { connection, queue, activities, hello, load } = useParts('connection', 'queue', 'activities', 'hello', 'load');
  useEffect(() => {
    const ask = (): void => {
      if (!document.hidden && useStudio.getState().connection === 'there')
        void call('studio.load', {}).then(
          (found) => useStudio.setState({ load: found }),
          () => undefined,
        );
    };
    ask();
    const timer = setInterval(ask, LOAD_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const connected = connection === 'there';
  const running = queue.find(({ state }) => state !== 'waiting');
  const waiting = queue.filter(({ state }) => state === 'waiting').length;
  return (
    <footer className="status-bar" data-connected={connected}>
      {!connected && (
        <span className="row" role="status">
          <IconPlugConnectedX size={14} aria-hidden="true" />
          {connection === 'refused' ? said(sessionExpired) : t('common.reconnecting')}
        </span>
      )}
      {connected && running === undefined && activities.length === 0 && (
        <span className="row">
          <IconCircleCheck size={14} aria-hidden="true" />
          {t('common.ready')}
        </span>
      )}
      {running !== undefined && <RunningJob entry={running} waiting={waiting} />}
      {activities.map((activity) => (
        <span className="row" key={activity.id}>
          {activityName(activity, wording)}
          {activity.total > 0 && (
            <>
              <span className="bar">
                <i style={{ width: `${(100 * activity.done) / activity.total}%` }} />
              </span>
              <span className="quiet">{leftOf(activity.secondsLeft, wording)}</span>
            </>
          )}
          {activity.kind !== 'import' && (
            <UnstyledButton
              className="row small"
              aria-label={t('common.cancel2', { activity: activityName(activity, wording) })}
              onClick={() => void call('activity.cancel', { id: activity.id }).catch(() => undefined)}
            >
              <IconX size={14} aria-hidden="true" />
            </UnstyledButton>
          )}
        </span>
      ))}
      <span className="right">
        {hello?.machine != null && (
          <span className="row">
            <IconCpu size={14} aria-hidden="true" />
            {deviceOf(hello.machine)}
          </span>
        )}
        {load !== null && (
          <span className="quiet">
            {t('common.processor')} {f.decimal(load.cpuShare * 100, 0)} %
          </span>
        )}
        {load?.gpus[0] !== undefined && (
          <span className="quiet">
            GPU {load.gpus[0].share === null ? '–' : f.decimal(load.gpus[0].share * 100, 0)} %,{' '}
            {f.bytes(load.gpus[0].memoryUsedBytes)} / {f.bytes(load.gpus[0].memoryTotalBytes)}
          </span>
        )}
        {load !== null && (
          <span className="quiet">
            {t('common.memory')} {f.bytes(load.memoryUsedBytes)} / {f.bytes(load.memoryTotalBytes)}
          </span>
        )}
        {load?.diskFreeBytes != null && (
          <span className="quiet">
            {f.bytes(load.diskFreeBytes)} {t('common.free')}
          </span>
        )}
        <UnstyledButton className="row small" onClick={openShortcuts}>
          <kbd>?</kbd>
          {t('common.shortcuts')}
        </UnstyledButton>
      </span>
    </footer>
  );
}

function RunningJob({ entry, waiting }: { entry: QueueEntry; waiting: number }) {
  const wording = useWording();
  const { t, f, said } = wording;
  const progress = useProgress(entry.run);
  const run = useStudio(({ runs }) => runs.find(({ id }) => id === entry.run));
  const whole = run === undefined ? null : secondsLeftOfRun(run, progress);
  return (
    <UnstyledButton className="row small" onClick={() => go('train', entry.run)}>
      <span>
        {said(runName(entry.name))}
        {entry.state === 'paused' ? t('common.paused') : ''}
        {progress === null ? '' : ` · ${stageName(progress.stage, t)}`}
      </span>
      {progress !== null && (
        <>
          <span className="bar">
            <i style={{ width: `${(100 * progress.done) / Math.max(1, progress.total)}%` }} />
          </span>
          <span className="quiet">
            {whole !== null
              ? leftOf(whole, wording)
              : progress.secondsLeft === null
                ? ''
                : t('common.leftOfStage', { secondsLeft: f.duration(progress.secondsLeft) })}
          </span>
        </>
      )}
      {waiting > 0 && <span className="quiet">{t('common.waiting2', { waiting })}</span>}
    </UnstyledButton>
  );
}

const leftOf = (seconds: number | null, { t, f }: Wording): string =>
  seconds === null ? '' : t('common.left', { seconds: f.duration(seconds) });

function activityName({ kind }: Activity, { t }: Wording): string {
  switch (kind) {
    case 'sample':
      return t('common.drawingSample');
    case 'check':
      return t('common.checkingImages');
    case 'measure':
      return t('common.measuringMachine');
    case 'teacherRate':
      return t('common.findingTeacherSLearningRate');
    case 'studentRate':
      return t('common.findingStudentSLearningRate');
    case 'preflight':
      return t('common.measuringTheseSettings');
    case 'predict':
      return t('common.scoringFolder');
    case 'export':
      return t('common.writingBundle');
    case 'verify':
      return t('common.verifyingBundle');
    case 'try':
      return t('common.scoringImage');
    case 'occlusion':
      return t('common.computingOcclusionMap');
    case 'weights':
      return t('common.writingNetwork');
    case 'install':
      return t('common.installingEngine');
    case 'import':
      return t('common.importing');
  }
}
