import { bar, chart } from './charts.ts';
import type { Html } from './html.ts';
import { escape, labelHtml, section, table } from './html.ts';
import type { Report, ReportClass } from './schema.ts';
import { verdictCell } from './verdict.ts';
import { NONE } from './words.ts';
import type { Wording } from './words.ts';

/** Limits that keep the page fast in browsers; report.json and the CSV files have all of them. */
const MOST_CURVES = 120,
  MOST_ROWS = 500,
  MOST_CONFUSED = 24,
  MOST_PAIRS = 20;

const leftOut = (all: number, shown: number, { t, count }: Wording): Html =>
  all <= shown ? '' : `<p class="soft">${t('report.moreReportJsonCsvFiles', { all: count(all - shown) })}</p>`;

export function labelTable({ classes }: Report, wording: Wording): Html {
  const { t, score, count } = wording;
  const ranged = (value: number | null, { low, high }: { low: number | null; high: number | null }): Html =>
    value === null ? NONE : `${score(value)} <small>${score(low)}–${score(high)}</small>${bar(value, low, high)}`;
  const rows = classes
    .slice(0, MOST_ROWS)
    .map((one) => [
      labelHtml(one.label),
      count(one.images.test),
      one.k === 256 ? t('report.never') : `${one.k} <small>${score(one.k / 256)}</small>`,
      ranged(one.averagePrecision, one.averagePrecisionInterval),
      ranged(one.precision, one.precisionInterval),
      ranged(one.recall, one.recallInterval),
      ranged(one.f1, one.f1Interval),
      verdictCell({ label: one.label, ...one.quality }, wording),
      score(one.rocAuc),
      score(one.ece),
    ]);
  return section(
    'labels',
    t('report.labelLabel'),
    table(
      [
        t('common.label'),
        t('common.images'),
        t('common.threshold'),
        'AP',
        t('common.precision'),
        t('report.recall'),
        'F1',
        t('report.againstGoal'),
        'ROC AUC',
        'ECE',
      ],
      rows,
      t('report.testSmallFiguresBars95'),
    ),
    leftOut(classes.length, MOST_ROWS, wording),
  );
}

export function curves({ classes }: Report, wording: Wording): Html {
  const { t } = wording;
  const drawn = classes.filter(({ curve }) => curve.length > 0).slice(0, MOST_CURVES);
  return section(
    'curves',
    t('report.precisionRecallRoc'),
    `<p class="soft">${t('report.abovePrecisionOverRecallBelow')}</p>`,
    `<div class="many">${drawn.map((one) => curvesOf(one, wording)).join('\n')}</div>`,
    leftOut(classes.length, drawn.length, wording),
  );
}

function curvesOf({ label, curve, k, averagePrecision, rocAuc }: ReportClass, { t, score }: Wording): Html {
  // The loosest point that is at least as strict as k gives the same decisions as k.
  const chosen = curve.findLast((point) => point.k >= k) ?? curve[0]!;
  const share = { from: 0, to: 1 };
  const pr = chart({
    size: 'small',
    title: t('report.precisionOverRecallOf', { label }),
    x: { name: '', ...share },
    y: { name: '', ...share },
    series: [
      { look: 'first', steps: true, points: curve.map(({ recall, precision }) => [recall, precision] as const) },
    ],
    mark: [chosen.recall, chosen.precision],
  });
  const roc = chart({
    size: 'small',
    title: t('report.rocCurveOf', { label }),
    x: { name: '', ...share },
    y: { name: '', ...share },
    series: [
      {
        look: 'guide',
        points: [
          [0, 0],
          [1, 1],
        ],
      },
      { look: 'first', points: curve.map(({ falsePositiveRate, recall }) => [falsePositiveRate, recall] as const) },
    ],
    mark: [chosen.falsePositiveRate, chosen.recall],
  });
  return (
    `<figure><figcaption>${labelHtml(label, 40)}<small>AP ${score(averagePrecision)}, ROC AUC ` +
    `${score(rocAuc)}</small></figcaption>${pr}${roc}</figure>`
  );
}

/** Compares float and INT8; with quantization-aware training also post-training quantization alone. */
export function quantization({ classes, metrics, config }: Report, wording: Wording): Html {
  const { t, score, decimal } = wording;
  const lost = ({ models: { student, int8 } }: ReportClass): number =>
    student === null || int8 === null ? 0 : student - int8;
  const points = (one: ReportClass): Html =>
    one.models.student === null ? NONE : `${lost(one) > 0 ? '−' : '+'}${decimal(Math.abs(lost(one)) * 100, 1)}`;
  const trained = config.qat.epochs > 0;
  const rows = [...classes]
    .sort((a, b) => lost(b) - lost(a))
    .slice(0, MOST_ROWS)
    .map((one) => {
      const { teacher, student, int8, valStudent, valPostTraining, valInt8 } = one.models;
      return [
        labelHtml(one.label),
        score(teacher),
        score(student),
        score(int8),
        points(one),
        score(valStudent),
        ...(trained ? [score(valPostTraining)] : []),
        score(valInt8),
      ];
    });
  const { val, test } = metrics;
  const all = [
    t('report.allLabels'),
    score(test.teacher.macroAp),
    score(test.student.macroAp),
    score(test.int8.macroAp),
    '',
    score(val.student.macroAp),
    ...(trained ? [score(meanOf(classes))] : []),
    score(val.int8.macroAp),
  ];
  const v = t('common.val');
  return section(
    'quantization',
    t('report.quantizationCosts'),
    table(
      [
        t('common.label'),
        t('common.teacher'),
        'Float',
        'INT8',
        t('report.points'),
        `Float, ${v}`,
        ...(trained ? [`PTQ, ${v}`] : []),
        `INT8, ${v}`,
      ],
      [all, ...rows],
      trained ? t('report.averagePrecisionLargestLossFirst') : t('report.averagePrecisionLargestLossFirst2'),
    ),
  );
}

function meanOf(classes: readonly ReportClass[]): number | null {
  const values = classes.map(({ models }) => models.valPostTraining).filter((value) => value !== null);
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
}

/** Confusions between the labels with most errors, and labels that often occur together. */
export function confusions(report: Report, wording: Wording): Html {
  const { t, count } = wording;
  const names = report.classes.map(({ label }) => label);
  const at = new Map(report.confusions.map(({ a, b, count: images }) => [JSON.stringify([a, b]), images]));
  const wrong = new Map<string, number>(names.map((label, c) => [label, report.missed[c]!]));
  for (const { a, b, count: images } of report.confusions)
    if (a !== b) for (const label of [a, b]) wrong.set(label, wrong.get(label)! + images);
  const shown = names
    .filter((label) => wrong.get(label)! > 0)
    .sort((a, b) => wrong.get(b)! - wrong.get(a)!)
    .slice(0, MOST_CONFUSED);
  const most = Math.max(
    1,
    ...shown.flatMap((a) => shown.filter((b) => b !== a).map((b) => at.get(JSON.stringify([a, b])) ?? 0)),
  );
  const cell = (a: string, b: string): Html => {
    const images = at.get(JSON.stringify([a, b])) ?? 0;
    const hue = a === b ? '--ok' : '--bad';
    // Limits the color behind the numbers, so that they stay readable (4.5:1) on light and dark backgrounds.
    const share = a === b ? 25 : Math.round(12 + (42 * images) / most);
    return images === 0
      ? '<td></td>'
      : `<td style="background:color-mix(in srgb, var(${hue}) ${share}%, transparent)">${count(images)}</td>`;
  };
  const row = (a: string): Html => {
    const cells = shown.map((b) => cell(a, b)).join('');
    const missed = count(report.missed[names.indexOf(a)]!);
    return `<tr><th scope="row">${labelHtml(a, 30)}</th>${cells}<td>${missed}</td></tr>`;
  };
  const heads = shown.map((label) => `<th scope="col">${labelHtml(label, 20)}</th>`).join('');
  const matrix =
    shown.length === 0
      ? `<p>${t('report.noErrorTest')}</p>`
      : `<div class="wide" tabindex="0"><table class="heat"><caption>${t('report.rowThereColumnSaidNot')}</caption>
<thead><tr><th></th>${heads}<th scope="col">${t('report.missed')}</th></tr></thead>
<tbody>${shown.map(row).join('')}</tbody></table></div>`;
  const pairs = report.cooccurrence
    .slice(0, MOST_PAIRS)
    .map(({ a, b, truth, said }) => [`${labelHtml(a, 30)} + ${labelHtml(b, 30)}`, count(truth), count(said)]);
  return section(
    'confusions',
    t('report.thereSaid'),
    matrix,
    pairs.length === 0
      ? ''
      : table([t('common.together'), t('report.truth'), t('report.said')], pairs, t('report.labelsGoTogetherImages')),
  );
}

export function errors(report: Report, { t, score }: Wording): Html {
  const kinds = {
    falsePositive: t('report.saidNotThere'),
    falseNegative: t('report.thereNotSaid'),
  } as const;
  const figures = report.errors.map(({ path, label, kind, score: value, threshold, truth, picture }) => {
    const alt = t('report.text', { label, kind: kinds[kind] });
    const image = picture === null ? '<div class="gone"></div>' : `<img src="${picture}" alt="${escape(alt)}">`;
    const there = truth.length === 0 ? t('report.nothing') : truth.map((name) => labelHtml(name, 30)).join(', ');
    return (
      `<figure>${image}<figcaption>` +
      `<strong>${labelHtml(label, 40)}</strong> ${kinds[kind]}<small>${score(value)}, ${t('report.threshold')} ` +
      `${score(threshold)}</small><small>${t('report.labeled')}: ${there}</small><small>${escape(path)}</small>` +
      `</figcaption></figure>`
    );
  });
  if (figures.length === 0) return '';
  return section(
    'errors',
    t('report.surestMistakes'),
    `<p class="soft">${t('report.letterboxedModelSeesThemSome')}</p>`,
    `<div class="errors">${figures.join('\n')}</div>`,
  );
}
