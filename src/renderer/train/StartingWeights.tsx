import { Switch } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { WeightsEntry } from '../../shared/contract/weights.ts';
import { FIRST_WEIGHTS } from '../../shared/firstWeights.ts';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { onWeightsChanged } from '../stores/studio.ts';
import { startFromImageNet, useConfig, waitsForImageNet } from './configStore.ts';
import { Offer } from './WeightsPanel.tsx';

/** Whether the preset starts from ImageNet weights; where they are missing, their download. */
export function StartingWeights() {
  const { t, f } = useWording();
  const { preset, choices, imageNet } = useConfig();
  const waiting = useConfig(waitsForImageNet);
  const [entry, setEntry] = useState<WeightsEntry | null>(null);
  useEffect(() => {
    const read = (): void =>
      void call('weights.list', { project: null }).then(
        ({ entries }) => setEntry(entries.find(({ id }) => id === FIRST_WEIGHTS) ?? null),
        () => undefined,
      );
    read();
    return onWeightsChanged(read);
  }, []);
  const offered = choices?.presets.find(({ name }) => name === preset);
  if (offered === undefined || entry === null) return null;
  const label = t('train.startImageNetWeights', { megabytes: f.decimal(entry.megabytes, 0) });
  return (
    <div className="column starting-weights">
      <Switch label={label} checked={imageNet} onChange={(event) => startFromImageNet(event.currentTarget.checked)} />
      {waiting && entry.path === null && (
        <>
          <p className="small soft">{t('train.imageNetNotHere')}</p>
          <Offer entry={entry} use={() => undefined} />
        </>
      )}
    </div>
  );
}
