import { Button, CloseButton } from '@mantine/core';
import { IconArrowBackUp, IconRefresh } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { splits } from '../../shared/contract/dataset.ts';
import { Label } from '../components/Label.tsx';
import { useWording } from '../i18n/words.ts';
import { useKeys } from '../stores/keys.ts';
import { changeImages, labelNumber, refreshShown, undo, useDataset } from '../stores/dataset.ts';
import { clearSelection } from '../stores/view.ts';
import { digitLabels } from './digits.ts';
import { LabelPicker } from './LabelPicker.tsx';
import { withLabel, withoutLabel } from './labelEdits.ts';
import { targets } from './place.ts';
import type { Doubt } from './suspicion.ts';

/** The images that a key or button changes; empty while they are out of sight. */
export type Ready = () => readonly number[];

/** The labels on the digit keys, below the grid, for the image in focus or for all selected images. */
export function DigitBar({
  doubts,
  ready,
  leaving,
  stale,
}: {
  readonly doubts: ReadonlyMap<number, readonly Doubt[]>;
  readonly ready: Ready;
  /** The number of listed images that no longer match the filter. */
  readonly leaving: number;
  /** True when a refresh would change the list. */
  readonly stale: boolean;
}) {
  const { t, f } = useWording();
  const state = useDataset();
  const { index, shown, focus, labeled, filter, frequent } = state;
  const at = focus !== null && shown.includes(focus) ? focus : null;
  const digits = useMemo(
    () =>
      at === null
        ? []
        : digitLabels(
            labeled.states[at]!.labels,
            [...(doubts.get(at) ?? []).map(({ label }) => label), ...filter.any, ...filter.all],
            frequent,
          ),
    [at, index!.vocabulary.join('\n'), filter.any, filter.all],
  );
  const allHave = (images: readonly number[], label: number): boolean =>
    images.length > 0 && images.every((image) => labeled.states[image]!.labels.includes(label));
  const has = (label: number): boolean => allHave(targets(state), label);
  const toggle = (label: number): void => {
    const images = ready();
    const change = allHave(images, label) ? withoutLabel : withLabel;
    changeImages(images, (before) => change(before, label));
  };
  useKeys(Object.fromEntries(digits.map((label, i) => [String(i + 1), () => toggle(label)])));
  if (digits.length === 0 && !stale) return null;
  return (
    <div className="digit-bar line-top" role="toolbar" aria-label={t('data.labelsDigitKeys')}>
      {digits.map((label, i) => (
        <button
          key={label}
          type="button"
          className="digit-label"
          aria-pressed={has(label)}
          onClick={() => toggle(label)}
        >
          <kbd>{i + 1}</kbd>
          <Label name={labeled.vocabulary[label]!} most={16} />
        </button>
      ))}
      {stale && (
        <button
          type="button"
          className="digit-label grid-refresh"
          title={t('data.editedImagesStayPlaceUntil')}
          onClick={refreshShown}
        >
          <IconRefresh size={14} aria-hidden="true" />
          {leaving === 0 ? t('data.refresh') : t('data.noLongerMatch', { count: leaving, number: f.count(leaving) })}
        </button>
      )}
    </div>
  );
}

/** Actions for the selected images, below the grid. */
export function SelectionBar({
  doubts,
  ready,
  onAccept,
}: {
  readonly doubts: ReadonlyMap<number, readonly Doubt[]>;
  readonly ready: Ready;
  onAccept(): void;
}) {
  const { t, f } = useWording();
  const state = useDataset();
  const { selected, labeled, done } = state;
  const [asking, setAsking] = useState<'add' | 'remove' | null>(null);
  const chosen = targets(state);
  const ask = (what: 'add' | 'remove') => (): void => {
    if (ready().length > 0) setAsking(what);
  };
  useKeys({ l: ask('add'), 'shift+l': ask('remove') });
  if (selected.size === 0 && asking === null) return null;
  const suggested = chosen.filter((image) => doubts.has(image)).length;
  const own = new Set(chosen.flatMap((image) => labeled.states[image]?.labels ?? []));
  const change = (name: string): void => {
    const label = labelNumber(name);
    changeImages(chosen, (state) => (asking === 'remove' ? withoutLabel(state, label) : withLabel(state, label)));
    setAsking(null);
  };
  return (
    <div className="selection-bar line-top" role="toolbar" aria-label={t('data.chosenPhotos')}>
      <strong>{t('data.selected', { chosenCount: f.count(chosen.length) })}</strong>
      {asking !== null ? (
        <LabelPicker
          names={asking === 'remove' ? [...own].map((label) => labeled.vocabulary[label]!) : labeled.vocabulary}
          allowNew={asking === 'add'}
          placeholder={asking === 'add' ? t('data.labelAdd') : t('data.labelRemove')}
          onChoose={change}
          onCancel={() => setAsking(null)}
        />
      ) : (
        <>
          {suggested > 0 && (
            <Button variant="default" onClick={onAccept}>
              {t('data.acceptSuggestions')}
              <kbd>A</kbd>
            </Button>
          )}
          <Button variant="subtle" onClick={() => setAsking('add')}>
            {t('data.addLabel')}
            <kbd>L</kbd>
          </Button>
          <Button variant="subtle" onClick={() => setAsking('remove')}>
            {t('data.removeLabel')}
            <kbd>⇧ L</kbd>
          </Button>
          {splits.map((split, number) => (
            <Button
              key={split}
              variant="subtle"
              onClick={() => changeImages(chosen, (state) => ({ ...state, split: number }))}
            >
              {t('data.to', { split })}
            </Button>
          ))}
          <Button
            variant="subtle"
            color="red"
            onClick={() => changeImages(chosen, (state) => ({ ...state, removed: true }))}
          >
            {t('data.takeOut')}
          </Button>
        </>
      )}
      <span className="grow" />
      <Button variant="subtle" disabled={done.length === 0} onClick={undo} leftSection={<IconArrowBackUp size={16} />}>
        {t('common.undo')}
      </Button>
      <CloseButton aria-label={t('data.clearSelection')} onClick={clearSelection} />
    </div>
  );
}
