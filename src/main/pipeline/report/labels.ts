import { bar, chart } from './charts.ts';
import type { Html } from './html.ts';
import { escape, labelHtml, section, table } from './html.ts';
import type { Report, ReportClass } from './schema.ts';
import { verdictCell } from './verdict.ts';
import { NONE } from './words.ts';
import type { Wording } from './words.ts';

/** More would make a page that no browser likes; report.json and the CSV files hold them all. */
const MOST_CURVES = 120,
  MOST_ROWS = 500,
  MOST_CONFUSED = 24,
  MOST_PAIRS = 20;

const leftOut = (all: number, shown: number, { w, count }: Wording): Html =>
  all <= shown
    ? ''
    : `<p class="soft">${w(`${count(all - shown)} more are in report.json and the CSV files.`, `Hay ${count(all - shown)} más en report.json y los archivos CSV.`)}</p>`;

export function labelTable({ classes }: Report, wording: Wording): Html {
  const { w, score, count } = wording;
  const ranged = (value: number | null, { low, high }: { low: number | null; high: number | null }): Html =>
    value === null ? NONE : `${score(value)} <small>${score(low)}–${score(high)}</small>${bar(value, low, high)}`;
  const rows = classes
    .slice(0, MOST_ROWS)
    .map((one) => [
      labelHtml(one.label),
      count(one.images.test),
      one.k === 256 ? w('never', 'nunca') : `${one.k} <small>${score(one.k / 256)}</small>`,
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
    w('Label by label', 'Etiqueta por etiqueta'),
    table(
      [
        w('Label', 'Etiqueta'),
        w('Images', 'Imágenes'),
        w('Threshold', 'Umbral'),
        'AP',
        w('Precision', 'Precisión'),
        w('Recall', 'Exhaustividad'),
        'F1',
        w('Against its goal', 'Frente a su objetivo'),
        'ROC AUC',
        'ECE',
      ],
      rows,
      w('Test; small figures and bars: 95 % interval', 'Prueba; cifras pequeñas y barras: intervalo del 95 %'),
    ),
    leftOut(classes.length, MOST_ROWS, wording),
  );
}

export function curves({ classes }: Report, wording: Wording): Html {
  const { w } = wording;
  const drawn = classes.filter(({ curve }) => curve.length > 0).slice(0, MOST_CURVES);
  return section(
    'curves',
    w('Precision and recall, and ROC', 'Precisión y exhaustividad, y ROC'),
    `<p class="soft">${w('Above: precision over recall. Below: true over false positive rate. The dot is the threshold that ships.', 'Arriba: precisión según exhaustividad. Abajo: verdaderos según falsos positivos. El punto es el umbral que se entrega.')}</p>`,
    `<div class="many">${drawn.map((one) => curvesOf(one, wording)).join('\n')}</div>`,
    leftOut(classes.length, drawn.length, wording),
  );
}

function curvesOf({ label, curve, k, averagePrecision, rocAuc }: ReportClass, { w, score }: Wording): Html {
  // The loosest decision that is at least as strict as k decides as k does.
  const chosen = curve.findLast((point) => point.k >= k) ?? curve[0]!;
  const share = { from: 0, to: 1 };
  const pr = chart({
    size: 'small',
    title: w(`Precision over recall of ${label}`, `Precisión según exhaustividad de ${label}`),
    x: { name: '', ...share },
    y: { name: '', ...share },
    series: [
      { look: 'first', steps: true, points: curve.map(({ recall, precision }) => [recall, precision] as const) },
    ],
    mark: [chosen.recall, chosen.precision],
  });
  const roc = chart({
    size: 'small',
    title: w(`ROC curve of ${label}`, `Curva ROC de ${label}`),
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
  return `<figure><figcaption>${labelHtml(label, 40)}<small>AP ${score(averagePrecision)}, ROC AUC ${score(rocAuc)}</small></figcaption>${pr}${roc}</figure>`;
}

/** Float and INT8; where quantization-aware training followed, also what post-training quantization alone gave. */
export function quantization({ classes, metrics, config }: Report, wording: Wording): Html {
  const { w, score, decimal } = wording;
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
    w('All labels', 'Todas'),
    score(test.teacher.macroAp),
    score(test.student.macroAp),
    score(test.int8.macroAp),
    '',
    score(val.student.macroAp),
    ...(trained ? [score(meanOf(classes))] : []),
    score(val.int8.macroAp),
  ];
  const v = w('val', 'val');
  return section(
    'quantization',
    w('What quantization costs', 'Lo que cuesta cuantizar'),
    table(
      [
        w('Label', 'Etiqueta'),
        w('Teacher', 'Maestro'),
        'Float',
        'INT8',
        w('points', 'puntos'),
        `Float, ${v}`,
        ...(trained ? [`PTQ, ${v}`] : []),
        `INT8, ${v}`,
      ],
      [all, ...rows],
      trained
        ? w(
            'Average precision; largest loss first. Val: validation, where PTQ is post-training quantization, before quantization-aware training',
            'Precisión media; primero la mayor pérdida. Val: validación, donde PTQ es la cuantización posterior, antes del entrenamiento con cuantización',
          )
        : w(
            'Average precision; largest loss first. Val: validation. INT8 by post-training quantization, without further training',
            'Precisión media; primero la mayor pérdida. Val: validación. INT8 por cuantización posterior, sin más entrenamiento',
          ),
    ),
  );
}

function meanOf(classes: readonly ReportClass[]): number | null {
  const values = classes.map(({ models }) => models.valPostTraining).filter((value) => value !== null);
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
}

/** "What was there, what was said", for the labels with most errors; and which labels go together in truth and in what is said. */
export function mixUps(report: Report, wording: Wording): Html {
  const { w, count } = wording;
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
    // At most this much colour behind the numbers: they stay readable (4.5:1) on light and dark paper.
    const share = a === b ? 25 : Math.round(12 + (42 * images) / most);
    return images === 0
      ? '<td></td>'
      : `<td style="background:color-mix(in srgb, var(${hue}) ${share}%, transparent)">${count(images)}</td>`;
  };
  const matrix =
    shown.length === 0
      ? `<p>${w('No error on test.', 'Ningún error en la prueba.')}</p>`
      : `<div class="wide"><table class="heat"><caption>${w('Row: was there. Column: was said and was not there; on the diagonal: found. Last: missed.', 'Fila: estaba. Columna: se dijo y no estaba; en la diagonal: encontrada. Última: no dicha.')}</caption>
<thead><tr><th></th>${shown.map((label) => `<th scope="col">${labelHtml(label, 20)}</th>`).join('')}<th scope="col">${w('missed', 'no dicha')}</th></tr></thead>
<tbody>${shown.map((a) => `<tr><th scope="row">${labelHtml(a, 30)}</th>${shown.map((b) => cell(a, b)).join('')}<td>${count(report.missed[names.indexOf(a)]!)}</td></tr>`).join('')}</tbody></table></div>`;
  const pairs = report.cooccurrence
    .slice(0, MOST_PAIRS)
    .map(({ a, b, truth, said }) => [`${labelHtml(a, 30)} + ${labelHtml(b, 30)}`, count(truth), count(said)]);
  return section(
    'mixups',
    w('What was there, what was said', 'Lo que había y lo que se dijo'),
    matrix,
    pairs.length === 0
      ? ''
      : table(
          [w('Together', 'Juntas'), w('In truth', 'En verdad'), w('As said', 'Según el modelo')],
          pairs,
          w('Labels that go together, in images', 'Etiquetas que van juntas, en imágenes'),
        ),
  );
}

export function errors(report: Report, { w, score }: Wording): Html {
  const kinds = {
    falsePositive: w('said, not there', 'dicha y no estaba'),
    falseNegative: w('there, not said', 'estaba y no se dijo'),
  } as const;
  const figures = report.errors.map(({ path, label, kind, score: value, threshold, truth, picture }) => {
    const alt = w(`${label}: ${kinds[kind]}`, `${label}: ${kinds[kind]}`);
    const image = picture === null ? '<div class="gone"></div>' : `<img src="${picture}" alt="${escape(alt)}">`;
    const there = truth.length === 0 ? w('nothing', 'nada') : truth.map((name) => labelHtml(name, 30)).join(', ');
    return `<figure>${image}<figcaption><strong>${labelHtml(label, 40)}</strong> ${kinds[kind]}<small>${score(value)}, ${w('threshold', 'umbral')} ${score(threshold)}</small><small>${w('Labelled', 'Etiquetada')}: ${there}</small><small>${escape(path)}</small></figcaption></figure>`;
  });
  if (figures.length === 0) return '';
  return section(
    'errors',
    w('The surest mistakes', 'Los errores más seguros'),
    `<p class="soft">${w('Letterboxed, as the model sees them. Some are wrong labels rather than a wrong model.', 'Encuadradas, como las ve el modelo. Algunas son etiquetas erróneas y no un modelo erróneo.')}</p>`,
    `<div class="errors">${figures.join('\n')}</div>`,
  );
}
