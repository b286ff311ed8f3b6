import { Button } from '@mantine/core';
import { Fragment } from 'react';
import type { Config } from '../../shared/config.ts';
import { useWording } from '../i18n/words.ts';
import { useConfig } from './configStore.ts';
import { FieldRow } from './FieldRow.tsx';
import { FindRate, RateCurve } from './RateFinder.tsx';
import { networkOfRate } from './rates.ts';
import { sections } from './settings.ts';
import { sectionName } from './settingWords.ts';

/** Shown before a person asks for every setting. */
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

/** The settings by section: the basics and what was changed, or all of them. */
export function SettingFields({ all, onAll }: { readonly all: boolean; readonly onAll: (all: boolean) => void }) {
  const { t } = useWording();
  const { config, base, fieldIssues } = useConfig();
  return (
    <>
      {sections().map(({ name, fields }) => {
        const shown = fields.filter(
          ({ key }) => all || basics.has(key) || fieldIssues[key] !== undefined || !sameValue(config, base, key),
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
      <Button variant="subtle" mt={8} onClick={() => onAll(!all)} aria-expanded={all}>
        {all ? t('train.showBasicsOnly') : t('train.showEverySetting')}
      </Button>
    </>
  );
}

function sameValue(a: Config, b: Config, key: string): boolean {
  const at = (config: Config): unknown =>
    key.split('.').reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], config);
  return JSON.stringify(at(a)) === JSON.stringify(at(b));
}
