import { chart } from './charts.ts';
import type { Html } from './html.ts';
import { escape, section, table } from './html.ts';
import type { Report } from './schema.ts';
import { notMeasuredNote, verdictNote } from './verdict.ts';
import { NONE } from './words.ts';
import type { Wording } from './words.ts';

/** The top of the page: verdict and main figures. */
export function headline(report: Report, words: Wording): Html {
  const { run, metrics, replicates } = report;
  const { t, score, count, date, percent } = words;
  const { int8, student, teacher } = metrics.test;
  const { low, high } = int8.macroApInterval;
  const figure = (value: string, name: string, small: string): Html =>
    `<div><small>${name}</small><strong>${value}</strong><small>${small}</small></div>`;
  const networks = `${escape(run.teacher)} → ${escape(run.student)}`;
  const source = t('report.allFiguresInt8ModelS', { images: count(int8.images) });
  const { macroPrecision, macroRecall } = int8.at.per_class;
  const f1Note =
    `${t('common.precisionInline')} ${score(macroPrecision)}, ` + `${t('common.recall')} ${score(macroRecall)}`;
  const floatNote =
    `${t('report.float')} ${score(student.macroAp)}, ` + `${t('common.teacherInline')} ${score(teacher.macroAp)}`;
  return `<h1>${escape(run.project)}</h1>
<p class="soft">${t('common.run')} ${escape(run.id)}, ${date(run.createdAt)}. ${networks}, INT8. ${source}</p>
${run.notes === '' ? '' : `<p>${escape(run.notes)}</p>`}
${verdictNote(report, words)}
<div class="figures">
${figure(score(int8.macroAp), t('report.meanAveragePrecision'), `${score(low)}–${score(high)}, ${percent(0.95, 0)}`)}
${figure(score(int8.at.per_class.microF1), t('report.f1OverAllDecisions'), t('report.thresholdsShip'))}
${figure(score(int8.at.per_class.macroF1), t('report.f1MeanOfLabels'), f1Note)}
${figure(difference(int8.macroAp, student.macroAp, words), t('report.int8AgainstFloat'), floatNote)}
</div>
${run.testOpenings > 1 ? `<p class="note">${t('report.testHadOpenedTimesWhen', { testOpenings: run.testOpenings })}</p>` : ''}
<p class="soft">${t('report.intervalsBootstrapOverImagesResamples', { replicates: count(replicates) })}</p>`;
}

function difference(a: number | null, b: number | null, { t, decimal }: Wording): string {
  if (a === null || b === null) return NONE;
  const points = (a - b) * 100;
  return `${points < 0 ? '−' : '+'}${decimal(Math.abs(points), 1)} ${t('report.points')}`;
}

/** Teacher, float student and INT8 student side by side, with three decision rules. */
export function networks({ metrics }: Pick<Report, 'metrics'>, { t, score, percent, decimal }: Wording): Html {
  const names = {
    teacher: t('common.teacher'),
    student: t('report.studentFloat'),
    int8: t('report.studentInt8Ships'),
  } as const;
  const rules = {
    '0.5': decimal(0.5, 1),
    global: t('report.oneAll'),
    per_class: t('report.oneLabel'),
  } as const;
  const rows = (split: 'val' | 'test'): Html[][] =>
    (['teacher', 'student', 'int8'] as const).flatMap((model) =>
      (['0.5', 'global', 'per_class'] as const).map((rule) => {
        const { macroAp, at } = metrics[split][model];
        const d = at[rule];
        return [
          names[model],
          rules[rule],
          score(macroAp),
          score(d.macroPrecision),
          score(d.macroRecall),
          score(d.macroF1),
          score(d.microF1),
          percent(d.noLabelRate),
        ];
      }),
    );
  const heads = [
    t('common.network'),
    t('common.threshold'),
    'mAP',
    t('common.precision'),
    t('report.recall'),
    'F1',
    t('report.microF1'),
    t('common.noLabel'),
  ];
  return section(
    'networks',
    t('report.threeNetworks'),
    table(heads, rows('test'), t('common.test')),
    table(heads, rows('val'), t('report.validationThresholdsChosenHereThese')),
    `<p class="soft">${t('report.floatStudentTeacherDecideAlike', { share: percent(metrics.agreement.test.decisions) })}</p>`,
  );
}

/** The reliability curve, and the effect of moving all thresholds. */
export function calibration({ calibration: measured, sensitivity }: Report, { t, score }: Wording): Html {
  const shifts = sensitivity.map(({ shift }) => shift);
  const line = (of: 'microF1' | 'macroF1' | 'microPrecision'): readonly (readonly [number, number])[] =>
    sensitivity.flatMap((point) => (point[of] === null ? [] : [[point.shift, point[of]] as const]));
  const reliability = chart({
    title: t('report.reliabilityShareOfRightOnes'),
    x: { name: t('report.score'), from: 0, to: 1 },
    y: { name: t('report.sharePresent'), from: 0, to: 1 },
    series: [
      {
        look: 'guide',
        points: [
          [0, 0],
          [1, 1],
        ],
      },
      {
        look: 'first',
        dots: true,
        points: measured.bins.map(({ meanScore, observed }) => [meanScore, observed] as const),
      },
    ],
  });
  const moved = chart({
    title: t('report.f1WhenAllThresholdsMove'),
    x: {
      name: t('report.thresholdsMovedCodesOf1'),
      from: Math.min(...shifts),
      to: Math.max(...shifts),
    },
    y: { name: 'F1', from: 0, to: 1 },
    series: [
      {
        look: 'guide',
        points: [
          [0, 0],
          [0, 1],
        ],
      },
      { look: 'first', points: line('microF1') },
      { look: 'second', points: line('macroF1') },
    ],
  });
  return section(
    'calibration',
    t('report.canScoresTrusted'),
    `<div class="two">
<figure>${reliability}<figcaption>${t('report.calibrationDashedLineScoreOf', { ece: score(measured.ece) })}</figcaption></figure>
<figure>${moved}<figcaption class="key"><span><i></i>${t('report.overAllDecisions')}</span><span><i class="second"></i>${t('report.meanOfLabels')}</span></figcaption>
<p class="soft">${t('report.flatAround0LittleDrift')}</p></figure></div>`,
  );
}

export function dataset(report: Report, words: Wording): Html {
  const { dataset: splits, classes, metrics, leftOut } = report;
  const { t, count, decimal, percent } = words;
  const names = {
    train: t('report.training'),
    val: t('common.validation'),
    test: t('common.test'),
  } as const;
  const rows = (['train', 'val', 'test'] as const).map((name) => {
    const { images, meanLabels, noLabelRate } = splits[name];
    return [
      names[name],
      count(images),
      decimal(meanLabels, 2),
      percent(noLabelRate),
      `<code>${metrics.fingerprints[name].slice(0, 12)}</code>`,
    ];
  });
  const rare = classes.filter(({ images }) => images.train < 10 || images.val < 5);
  return section(
    'dataset',
    t('report.photos'),
    table(
      [
        t('report.split'),
        t('common.images'),
        t('report.labelsPerImage'),
        t('report.withoutLabel'),
        t('report.fingerprint'),
      ],
      rows,
      `${count(classes.length)} ${t('common.labels')}`,
    ),
    leftOut === 0 ? '' : `<p>${t('report.imagesWithoutLabelsNotLabeled', { leftOut: count(leftOut) })}</p>`,
    notMeasuredNote(report, words),
    rare.length === 0 ? '' : `<p>${t('report.labelsFewer10Training5', { count: rare.length })}</p>`,
  );
}

/** How and on what the model was trained. */
export function provenance(
  { config, stages, waited, hardware, versions, run }: Report,
  { t, said, duration, count, decimal, percent }: Wording,
): Html {
  const names: Readonly<Record<string, string>> = {
    data: t('report.data'),
    teacher: t('common.teacherInline'),
    student: t('common.student'),
    qat: t('report.quantization'),
    thresholds: t('report.thresholds'),
    test: t('common.testInline'),
    export: t('report.export'),
  };
  return section(
    'provenance',
    t('report.howMade'),
    table(
      [t('report.stage'), t('report.work'), t('report.waitedImages')],
      Object.entries(stages).map(([stage, seconds]) => [
        names[stage] ?? escape(stage),
        duration(seconds),
        waited[stage] === undefined ? NONE : percent(waited[stage]),
      ]),
      t('common.time'),
    ),
    `<p>${escape(hardware.processor)}, ${count(hardware.cores)} ${t('report.cores')}, ${decimal(hardware.memoryBytes / 2 ** 30, 0)} GiB, ${escape(hardware.system)}${hardware.engine === null ? '' : `; ${escape(said(hardware.engine))}`}. ${t('report.seed')} ${run.seed}. ${Object.entries(
      versions,
    )
      .map(([name, version]) => `${escape(name)} ${escape(version)}`)
      .join(', ')}.</p>`,
    `<details><summary>${t('report.allSettings')}</summary>` +
      `<pre>${escape(JSON.stringify(config, null, 1))}</pre></details>`,
  );
}
