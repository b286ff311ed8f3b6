import { Button } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useWording } from '../../i18n/words.ts';
import { useStudio } from '../../stores/studio.ts';
import { openTest, useTune } from '../tuneStore.ts';
import { FalseAlarms } from './FalseAlarms.tsx';
import { FiguresTable } from './FiguresTable.tsx';
import { PrecisionRecallCurve } from './PrecisionRecallCurve.tsx';
import { useSplitFigures } from './useSplitFigures.ts';

/** The label's curve, its figures with intervals, validation beside test, and what it is confused with. */
export function TuneFigures({ label, k }: { label: number; k: number }) {
  const { t } = useWording();
  const { tune, val, test } = useTune();
  const classes = tune!.labels.length;
  const onVal = useSplitFigures(val, { classes, label, k, tuned: true })!;
  const onTest = useSplitFigures(test, { classes, label, k, tuned: false });
  const notMeasured = [
    ...(onVal.measured ? [] : [t('common.validationInline')]),
    ...(onTest === null || onTest.measured ? [] : [t('common.testInline')]),
  ];
  return (
    <aside className="panel line-left tune-right scroll" aria-label={t('tune.figures')}>
      <div className="panel-head">
        <h2>{t('tune.precisionRecall')}</h2>
      </div>
      <PrecisionRecallCurve table={val!.tables[label]!} k={k} />
      <FiguresTable val={onVal} test={onTest} />
      <p className="small quiet panel-note">{t('tune.validationOptimisticThresholdsChosen95')}</p>
      {notMeasured.length > 0 && (
        <p className="small warn not-measured">
          {t('tune.notMeasuredNoImageLabel')} {notMeasured.join(', ')}.
        </p>
      )}
      {test === null ? (
        <TestClosed run={tune!.run} />
      ) : (
        <p className="small soft test-opened">{t('tune.testOpened', { count: tune!.testOpened })}</p>
      )}
      <FalseAlarms val={val!} label={label} k={k} />
    </aside>
  );
}

function TestClosed({ run }: { readonly run: string }) {
  const { t } = useWording();
  const project = useStudio((state) => state.project)!;
  return (
    <div className="row test-closed">
      <IconLock size={15} className="quiet" aria-hidden="true" />
      <span className="small soft grow">{t('tune.testStaysClosedUntilYou')}</span>
      <Button variant="default" onClick={() => void openTest(project.id, run)}>
        {t('common.openTest')}
      </Button>
    </div>
  );
}
