import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconCircleX } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { Export } from '../../shared/contract/exports.ts';
import type { RunSummary } from '../../shared/contract/runs.ts';
import type { LabelQuality } from '../../shared/metrics/quality.ts';
import { belowGoal, countVerdicts } from '../../shared/metrics/quality.ts';
import { Label } from '../components/Label.tsx';
import type { Wording } from '../i18n/words.ts';
import { useWording } from '../i18n/words.ts';
import { go } from '../stores/studio.ts';
import { useTune } from '../tune/tuneStore.ts';
import { qualityOf } from './exportAnswer.ts';

/** The most rows shown here; Tune has them all. */
const MOST_ROWS = 200;

/** Each label against its own goal, farthest below first, with the next step. */
export function QualityPanel({ bundle, run }: { bundle: Export; run: RunSummary }) {
  const wording = useWording();
  const { t, f } = wording;
  const quality = useMemo(() => qualityOf(bundle), [bundle]);
  const rows = useMemo(() => ordered(quality.labels).slice(0, MOST_ROWS), [quality]);
  const { good, measured } = countVerdicts(quality.labels);
  const tune = (label: string): void => {
    go('tune', run.id);
    const at = bundle.labels.indexOf(label);
    if (at >= 0 && useTune.getState().tune?.run === run.id) useTune.setState({ label: at });
  };
  return (
    <section className="quality line-top" aria-label={t('export.quality')}>
      <div className="panel-head centered">
        <h2>{t('export.quality')}</h2>
        <span className="quiet cut">
          {t(bundle.quality.split === 'val' ? 'export.reachGoalOnValidation' : 'export.reachGoalOnTest', {
            good: f.count(good),
            measured: f.count(measured),
          })}
        </span>
        {quality.verdict !== 'good' && (
          <Button className="push rigid" variant="subtle" size="compact-sm" onClick={() => go('train')}>
            {t('export.trainAgain')}
          </Button>
        )}
      </div>
      <ul className="scroll checks quality-rows" tabIndex={0}>
        {rows.map((row) => (
          <li key={row.label}>
            <Verdict verdict={row.verdict} />
            <span className="grow cut">
              <Label name={row.label} most={24} />
            </span>
            <span className="num soft">{figure(row, wording)}</span>
            <button
              type="button"
              className="link small"
              aria-label={t('export.tune', { label: row.label })}
              onClick={() => tune(row.label)}
            >
              {t('export.tune2')}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Labels below their goal first, then those not measured, then those that reach it. */
function ordered(labels: readonly LabelQuality[]): LabelQuality[] {
  return [
    ...belowGoal(labels),
    ...labels.filter(({ verdict }) => verdict === null),
    ...labels.filter(({ verdict }) => verdict === 'good'),
  ];
}

function figure({ verdict, measure, minimum, value }: LabelQuality, { t, f }: Wording): string {
  if (verdict === null) return t('common.notMeasured');
  const names = { f1: 'F1', fbeta: 'Fβ', precision: t('common.precisionInline'), recall: t('export.recall') };
  const goal = f.score(minimum, 2);
  return t('export.goal', { measure: names[measure], value: f.score(value, 2), goal });
}

function Verdict({ verdict }: Pick<LabelQuality, 'verdict'>) {
  const { t } = useWording();
  if (verdict === 'good')
    return <IconCircleCheck size={16} className="ok" role="img" aria-label={t('export.reachesGoal')} />;
  if (verdict === 'weak')
    return <IconAlertTriangle size={16} className="warn" role="img" aria-label={t('export.belowGoal')} />;
  if (verdict === 'unusable')
    return <IconCircleX size={16} className="bad" role="img" aria-label={t('common.unusable')} />;
  return <IconCircleDashed size={16} className="quiet" role="img" aria-label={t('common.notMeasured')} />;
}
