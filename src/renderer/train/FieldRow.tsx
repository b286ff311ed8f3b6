import { NumberInput, Select, TextInput } from '@mantine/core';
import { IconArrowLeft, IconRotate } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { fieldError } from '../../shared/fieldError.ts';
import { int8Warning } from '../../shared/int8Ends.ts';
import type { Message } from '../../shared/message.ts';
import { useWording } from '../i18n/words.ts';
import { setValue, useConfig } from './configStore.ts';
import type { Field } from './settings.ts';
import { valueAt } from './settings.ts';
import { settingMeaning, settingName } from '../../shared/settingWords.ts';

/** One setting with its name, value and meaning. A changed one shows a mark, its old value and a reset button. */
export function FieldRow({ field, children }: { field: Field; /** Actions for this setting. */ children?: ReactNode }) {
  const { t, f, said } = useWording();
  const { config, base, fieldIssues } = useConfig();
  const value = valueAt(config, field.key);
  const was = valueAt(base, field.key);
  const changed = JSON.stringify(value) !== JSON.stringify(was);
  const issue = fieldIssues[field.key];
  const id = `setting-${field.key}`;
  const warning = valueWarning(field.key, value);
  return (
    <div className="field" data-changed={changed}>
      <label htmlFor={id}>{settingName(field.key, t)}</label>
      <FieldInput id={id} field={field} value={value} error={issue !== undefined} />
      <span className="small field-help">
        {children}
        {issue !== undefined && (
          <span className="bad" role="alert">
            {said(fieldError(issue, settingName(field.key, t)))}{' '}
          </span>
        )}
        {warning !== null && <span className="warn">{said(warning)} </span>}
        {changed && (
          <button type="button" className="link" onClick={() => setValue(field.key, was)}>
            {t('train.was')}{' '}
            {was === null ? t('train.empty') : typeof was === 'number' ? f.number(was) : [was].flat().join(', ')}{' '}
            <IconRotate size={12} aria-label={t('train.putBack')} />{' '}
          </button>
        )}
        <span className="quiet">{settingMeaning(field.key, t)}</span>
      </span>
    </div>
  );
}

/** Warns about a value that is valid and often a mistake. */
function valueWarning(key: string, value: unknown): Message | null {
  if (value !== 'int8') return null;
  if (key === 'tflite_export.input_type') return int8Warning('int8', 'uint8');
  return key === 'tflite_export.output_type' ? int8Warning('uint8', 'int8') : null;
}

function FieldInput({
  id,
  field: { key, type },
  value,
  error,
}: {
  id: string;
  field: Field;
  value: unknown;
  error: boolean;
}) {
  switch (type.kind) {
    case 'choice':
      return (
        <Select
          id={id}
          error={error}
          data={[...type.options]}
          value={String(value)}
          onChange={(chosen) => setValue(key, chosen)}
          searchable={type.options.length > 8}
        />
      );
    case 'number':
      return (
        <NumberInput
          id={id}
          error={error}
          value={value === null ? '' : (value as number)}
          allowDecimal={!type.integer}
          decimalScale={8}
          step={type.integer ? 1 : stepFor(value)}
          {...(type.min !== null && { min: type.min })}
          {...(type.max !== null && { max: type.max })}
          clampBehavior="none"
          onChange={(next) => {
            if (next !== '' || type.nullable) setValue(key, next === '' ? null : Number(next));
          }}
        />
      );
    case 'color': {
      const color = value as readonly [number, number, number];
      const hex = `#${color.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
      return (
        <span className="row">
          <input
            id={id}
            type="color"
            className="color"
            value={hex}
            onChange={(event) =>
              setValue(
                key,
                [1, 3, 5].map((at) => parseInt(event.currentTarget.value.slice(at, at + 2), 16)),
              )
            }
          />
          <span className="soft num">{color.join(', ')}</span>
        </span>
      );
    }
    case 'order':
      return <OrderInput id={id} value={value as readonly string[]} onChange={(order) => setValue(key, order)} />;
    case 'text':
      return (
        <TextInput
          id={id}
          error={error}
          value={value === null ? '' : String(value)}
          placeholder={type.nullable ? '–' : ''}
          spellCheck={false}
          onChange={(event) =>
            setValue(key, event.currentTarget.value === '' && type.nullable ? null : event.currentTarget.value)
          }
        />
      );
  }
}

/** Steps in their order. Each button moves its step one place earlier. */
function OrderInput({
  id,
  value,
  onChange,
}: {
  id: string;
  value: readonly string[];
  onChange: (order: readonly string[]) => void;
}) {
  const { t } = useWording();
  const moveEarlier = (at: number): void => onChange(value.toSpliced(at, 1).toSpliced(at - 1, 0, value[at]!));
  return (
    <span className="row">
      {value.map((step, at) =>
        at === 0 ? (
          <span key={step}>{step}</span>
        ) : (
          <button
            key={step}
            {...(at === 1 && { id })}
            type="button"
            className="link"
            aria-label={t('train.moveStepEarlier', { step })}
            title={t('train.moveStepEarlier', { step })}
            onClick={() => moveEarlier(at)}
          >
            <IconArrowLeft size={12} aria-hidden="true" /> {step}
          </button>
        ),
      )}
    </span>
  );
}

const stepFor = (value: unknown): number =>
  typeof value !== 'number' || value === 0 ? 0.1 : 10 ** Math.floor(Math.log10(Math.abs(value)));
