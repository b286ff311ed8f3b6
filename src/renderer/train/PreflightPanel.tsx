import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { recipeWarnings } from '../../shared/recipeWarnings.ts';
import { totalSeconds } from '../../shared/totalSeconds.ts';
import { noFilter } from '../data/filter.ts';
import type { Readiness } from '../data/readiness.ts';
import { incomplete } from '../data/readiness.ts';
import { useWording } from '../i18n/words.ts';
import { useDataset } from '../stores/dataset.ts';
import { go, useStudio } from '../stores/studio.ts';
import { measureAgain, useConfig } from './configStore.ts';
import { stageName } from './stageNames.ts';

/** Shows facts with numbers, and a link to the cause of each warning. */
export function PreflightPanel({ checking, readiness }: { checking: boolean; readiness: Readiness | null }) {
  const wording = useWording();
  const { t, f, said } = wording;
  const { preflight, measuring, config } = useConfig();
  const { index, check } = useDataset();
  const busy = useStudio((state) => state.queue.length > 0);
  const findings = check?.findings ?? index?.findings ?? [];
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const speed = (rate: number | null): string => (rate === null ? '–' : f.decimal(rate, rate < 10 ? 1 : 0));
  const total = totalSeconds(preflight?.stageSeconds ?? []);
  const teacherSeconds = preflight?.stageSeconds.find(({ stage }) => stage === 'teacher')?.seconds;
  return (
    <section className="panel-part">
      <div className="panel-head flush">
        <h2>{t('train.beforeYouStart')}</h2>
        <span className="push small quiet">
          {measuring
            ? t('common.measuring')
            : preflight === null
              ? busy
                ? t('train.notWhileRun')
                : ''
              : t('common.measured', { measuredAt: f.date(preflight.measuredAt) })}
        </span>
      </div>
      {preflight === null ? (
        <div className="skeleton preflight-loading" aria-busy={measuring} />
      ) : (
        <>
          <Fact
            state={
              preflight.memoryBytes === null
                ? 'warn'
                : preflight.memoryBytes > 0.9 * preflight.memoryTotalBytes
                  ? 'bad'
                  : 'ok'
            }
            name={t('common.memory2')}
            value={t('train.of', {
              memoryBytes: f.bytes(preflight.memoryBytes),
              memoryTotalBytes: f.bytes(preflight.memoryTotalBytes),
            })}
          />
          <Fact
            state={
              preflight.diskFreeBytes !== null && preflight.diskFreeBytes < preflight.diskNeededBytes ? 'bad' : 'ok'
            }
            name={t('train.diskRun')}
            value={t('train.of2', {
              diskNeededBytes: f.bytes(preflight.diskNeededBytes),
              diskFreeBytes: f.bytes(preflight.diskFreeBytes),
            })}
          />
          <Fact
            state="ok"
            name={t('train.speedTeacherStudent')}
            value={[
              [speed(preflight.teacherImagesPerSecond), speed(preflight.studentImagesPerSecond)].join(' / '),
              t('train.imagesS'),
            ].join(' ')}
          />
          <Fact
            state="ok"
            name={t('train.epochTeacherStudent')}
            value={`${f.duration(preflight.teacherEpochSeconds)} / ${f.duration(preflight.studentEpochSeconds)}`}
          />
        </>
      )}
      {config.student.alpha < 1 && teacherSeconds !== undefined && (
        // Figures of docs/benchmarks.md: INT8 students of the Grocery Store Dataset with and without a teacher.
        <Fact
          state="ok"
          name={t(config.student.weights === null ? 'train.teacherBringsScratch' : 'train.teacherBringsPretrained')}
          value={f.duration(teacherSeconds)}
        />
      )}
      {config.teacher.weights === null && config.student.weights === null && (
        <Fact state="warn" name={t('train.trainsNothingNeedsManyPhotos')} value="" />
      )}
      {recipeWarnings(config).map(({ key, message }) => (
        <Fact key={key} state="warn" name={said(message)} value="" />
      ))}
      {errors > 0 && (
        <Fact state="bad" name={t('train.problemsStopTraining')} value={f.count(errors)}>
          <button type="button" className="link" onClick={() => go('data')}>
            {t('common.show')}
          </button>
        </Fact>
      )}
      {readiness !== null && <LabelFacts readiness={readiness} />}
      {check === null && !checking && (
        <Fact state="warn" name={t('train.imagesNotCheckedYet')} value="">
          <button type="button" className="link" onClick={() => go('data')}>
            {t('train.check')}
          </button>
        </Fact>
      )}
      {total > 0 && (
        <>
          <div className="stage-share" aria-hidden="true">
            {preflight!.stageSeconds.map(({ stage, seconds }) => (
              <i key={stage} data-stage={stage} style={{ flexGrow: seconds }} />
            ))}
          </div>
          <div className="stage-times small">
            {preflight!.stageSeconds
              .filter(({ seconds }) => seconds >= 1)
              .map(({ stage, seconds }) => (
                <span key={stage} className="row">
                  <i className="stage-dot" data-stage={stage} />
                  <span className="grow">{stageName(stage, t)}</span>
                  <span>{f.duration(seconds)}</span>
                </span>
              ))}
          </div>
          <p className="small quiet">{t('train.earlyStoppingOnlyMakesShorter')}</p>
        </>
      )}
      {!busy && (
        <Button variant="subtle" ml={-10} loading={measuring} onClick={() => void measureAgain()}>
          {t('common.measureAgain')}
        </Button>
      )}
    </section>
  );
}

/** Shows whether every label can be learned and measured, and how images without labels are treated. */
function LabelFacts({ readiness }: { readiness: Readiness }) {
  const { t, f } = useWording();
  const show = (any: readonly number[]): void => {
    useDataset.setState({ filter: { ...noFilter, any }, viewer: null });
    go('data');
  };
  const names = [
    t('train.labelsWithoutTrainingImages'),
    t('train.labelsWithoutValidationImages'),
    t('train.labelsWithoutTestImages'),
  ];
  const meanings = {
    ask: t('train.withoutLabelsNotDecided'),
    none_of_these: t('train.withoutLabelsNoneOfThese'),
    not_labeled_yet: t('train.notLabeledYetLeftOut'),
  };
  return (
    <>
      {incomplete(readiness).length === 0 && (
        <Fact state="ok" name={t('train.labelsTrainValTest')} value={f.count(readiness.labels)} />
      )}
      {readiness.missing.map((labels, split) =>
        labels.length === 0 ? null : (
          <Fact
            key={split}
            state="warn"
            name={names[split]!}
            value={t('train.of3', { labelCount: f.count(labels.length), labels: f.count(readiness.labels) })}
          >
            <button type="button" className="link" onClick={() => show(labels)}>
              {t('common.show')}
            </button>
          </Fact>
        ),
      )}
      {readiness.unlabeled > 0 && (
        <Fact
          state={readiness.meaning === 'ask' ? 'warn' : 'ok'}
          name={meanings[readiness.meaning]}
          value={f.count(readiness.unlabeled)}
        >
          <button
            type="button"
            className="link"
            onClick={() => {
              useDataset.setState({ filter: { ...noFilter, view: 'unlabeled' }, viewer: null });
              go('data');
            }}
          >
            {readiness.meaning === 'ask' ? t('train.decide') : t('common.show')}
          </button>
        </Fact>
      )}
    </>
  );
}

function Fact({
  state,
  name,
  value,
  children,
}: {
  state: 'ok' | 'warn' | 'bad';
  name: string;
  value: string;
  children?: ReactNode;
}) {
  const Icon = state === 'ok' ? IconCircleCheck : state === 'warn' ? IconAlertTriangle : IconCircleX;
  return (
    <div className="row preflight-fact">
      <Icon size={16} className={state} aria-hidden="true" />
      <span className="grow cut" title={name}>
        {name}
      </span>
      <span className="num">{value}</span>
      {children}
    </div>
  );
}
