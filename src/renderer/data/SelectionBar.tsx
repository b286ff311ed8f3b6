import { Button, CloseButton } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { splits } from '../../shared/contract/dataset.ts';
import { Label } from '../components/Label.tsx';
import { useWording } from '../i18n/words.ts';
import { useKeys } from '../stores/keys.ts';
import { changeImages, labelNumber, undo, useDataset } from '../stores/dataset.ts';
import { digitLabels } from './digits.ts';
import { LabelPicker } from './LabelPicker.tsx';
import { withLabel, withoutLabel } from './labelEdits.ts';
import type { Doubt } from './suspicion.ts';

/** The labels on the digit keys, at the foot of the grid: they switch for the photo in focus, or for all that are chosen. */
export function DigitBar({
  images,
  doubts,
}: {
  images: readonly number[];
  doubts: ReadonlyMap<number, readonly Doubt[]>;
}) {
  const { w } = useWording();
  const { index, selected, focus, labelled, filter } = useDataset();
  const at = focus !== null && images.includes(focus) ? focus : images[0];
  const digits = useMemo(
    () =>
      at === undefined
        ? []
        : digitLabels(at, [...(doubts.get(at) ?? []).map(({ label }) => label), ...filter.any, ...filter.all]),
    [at, index, filter.any, filter.all],
  );
  const has = (label: number): boolean => at !== undefined && labelled.states[at]!.labels.includes(label);
  const toggle = (label: number): void => {
    const on = has(label);
    changeImages(selected.size > 0 ? [...selected] : [at!], (state) =>
      on ? withoutLabel(state, label) : withLabel(state, label),
    );
  };
  useKeys(Object.fromEntries(digits.map((label, i) => [String(i + 1), () => toggle(label)])));
  if (digits.length === 0) return null;
  return (
    <div
      className="digit-bar line-top"
      role="toolbar"
      aria-label={w('Labels on the digit keys', 'Etiquetas en las teclas de cifras')}
    >
      {digits.map((label, i) => (
        <button
          key={label}
          type="button"
          className="digit-label"
          aria-pressed={has(label)}
          onClick={() => toggle(label)}
        >
          <kbd>{i + 1}</kbd>
          <Label name={labelled.vocabulary[label]!} most={16} />
        </button>
      ))}
    </div>
  );
}

/** What can be done with the chosen photos, at the foot of the grid. */
export function SelectionBar({
  images,
  doubts,
  onAccept,
}: {
  images: readonly number[];
  doubts: ReadonlyMap<number, readonly Doubt[]>;
  onAccept(images: readonly number[]): void;
}) {
  const { w, f } = useWording();
  const { selected, focus, labelled, done } = useDataset();
  const [asking, setAsking] = useState<'add' | 'remove' | null>(null);
  const chosen = selected.size > 0 ? [...selected] : focus === null || !images.includes(focus) ? [] : [focus];
  useKeys({ l: () => setAsking('add'), 'shift+l': () => setAsking('remove') });
  if (selected.size === 0 && asking === null) return null;
  const suggested = chosen.filter((image) => doubts.has(image)).length;
  const own = new Set(chosen.flatMap((image) => labelled.states[image]?.labels ?? []));
  const change = (name: string): void => {
    const label = labelNumber(name);
    changeImages(chosen, (state) => (asking === 'remove' ? withoutLabel(state, label) : withLabel(state, label)));
    setAsking(null);
  };
  return (
    <div className="selection-bar line-top" role="toolbar" aria-label={w('Chosen photos', 'Fotos elegidas')}>
      <strong>{w(`${f.count(chosen.length)} selected`, `${f.count(chosen.length)} elegidas`)}</strong>
      {asking !== null ? (
        <LabelPicker
          names={asking === 'remove' ? [...own].map((label) => labelled.vocabulary[label]!) : labelled.vocabulary}
          allowNew={asking === 'add'}
          placeholder={
            asking === 'add' ? w('Label to add', 'Etiqueta que añadir') : w('Label to remove', 'Etiqueta que quitar')
          }
          onChoose={change}
          onCancel={() => setAsking(null)}
        />
      ) : (
        <>
          {suggested > 0 && (
            <Button variant="default" onClick={() => onAccept(chosen)}>
              {w('Accept suggestions', 'Aceptar sugerencias')}
              <kbd>A</kbd>
            </Button>
          )}
          <Button variant="subtle" onClick={() => setAsking('add')}>
            {w('Add label', 'Añadir etiqueta')}
            <kbd>L</kbd>
          </Button>
          <Button variant="subtle" onClick={() => setAsking('remove')}>
            {w('Remove label', 'Quitar etiqueta')}
            <kbd>⇧ L</kbd>
          </Button>
          {splits.map((split, number) => (
            <Button
              key={split}
              variant="subtle"
              onClick={() => changeImages(chosen, (state) => ({ ...state, split: number }))}
            >
              {w(`to ${split}`, `a ${split}`)}
            </Button>
          ))}
          <Button
            variant="subtle"
            color="red"
            onClick={() => changeImages(chosen, (state) => ({ ...state, removed: true }))}
          >
            {w('Take out', 'Quitar')}
          </Button>
        </>
      )}
      <span className="grow" />
      <Button variant="subtle" disabled={done.length === 0} onClick={undo} leftSection={<IconArrowBackUp size={16} />}>
        {w('Undo', 'Deshacer')}
      </Button>
      <CloseButton
        aria-label={w('Clear the selection', 'Quitar la selección')}
        onClick={() => useDataset.setState({ selected: new Set<number>() })}
      />
    </div>
  );
}
