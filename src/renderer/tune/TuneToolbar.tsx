import { ActionIcon, Button, SegmentedControl, Select } from '@mantine/core';
import { IconLock, IconLockOpen, IconRotate } from '@tabler/icons-react';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { runName } from '../../shared/runName.ts';
import { useWording } from '../i18n/words.ts';
import { useStudio } from '../stores/studio.ts';
import { GoalPicker } from './GoalPicker.tsx';
import { reset, toggleLock, useTune } from './tuneStore.ts';

interface Props {
  readonly label: number;
  readonly locked: boolean;
  readonly onApplySimilar: () => void;
  readonly runs: readonly RunSummary[];
  readonly run: string;
}

/** The label's goal, what is shown of it, and which run is tuned. */
export function TuneToolbar({ label, locked, onApplySimilar, runs, run }: Props) {
  const { t, said } = useWording();
  const view = useTune((state) => state.view);
  return (
    <div className="toolbar">
      <GoalPicker label={label} />
      <span className="grow" />
      <SegmentedControl
        aria-label={t('common.shown')}
        data={[
          { value: 'scores', label: t('tune.scores') },
          { value: 'errors', label: t('tune.errors') },
          { value: 'confusions', label: t('tune.confusions') },
        ]}
        value={view}
        onChange={(value) => useTune.setState({ view: value })}
      />
      <Button
        className="wide-only"
        variant="subtle"
        onClick={onApplySimilar}
        title={t('tune.givesGoalLabelsAboutMany')}
      >
        {t('tune.applySimilar')}
      </Button>
      <ActionIcon
        variant="subtle"
        color={locked ? 'blue' : 'gray'}
        aria-pressed={locked}
        aria-label={t('tune.lockX')}
        onClick={() => toggleLock(label)}
      >
        {locked ? <IconLock size={16} /> : <IconLockOpen size={16} />}
      </ActionIcon>
      <ActionIcon variant="subtle" color="gray" aria-label={t('tune.foundSearchR')} onClick={() => reset(label)}>
        <IconRotate size={16} />
      </ActionIcon>
      {runs.length > 1 && (
        <Select
          aria-label={t('common.run')}
          w={150}
          data={runs.map((one) => ({ value: one.id, label: said(runName(one.name)) })).reverse()}
          value={run}
          onChange={(id) => {
            if (id !== null) useStudio.setState({ run: id });
          }}
        />
      )}
    </div>
  );
}
