import { chart } from './charts.ts';
import type { Html } from './html.ts';
import { escape, section, table } from './html.ts';
import type { Report } from './schema.ts';
import { notMeasuredNote, verdictNote } from './verdict.ts';
import { NONE } from './words.ts';
import type { Wording } from './words.ts';

/** What the model is worth, first thing. */
export function headline(report: Report, words: Wording): Html {
  const { run, metrics, replicates } = report;
  const { w, score, count, date } = words;
  const { int8, student, teacher } = metrics.test;
  const { low, high } = int8.macroApInterval;
  const figure = (value: string, name: string, small: string): Html =>
    `<div><small>${name}</small><strong>${value}</strong><small>${small}</small></div>`;
  return `<h1>${escape(run.project)}</h1>
<p class="soft">${w('Run', 'Entrenamiento')} ${escape(run.id)}, ${date(run.createdAt)}. ${escape(run.teacher)} → ${escape(run.student)}, INT8. ${w(`All figures are the INT8 model's own, on ${count(int8.images)} test images, unless they say otherwise.`, `Todas las cifras son del propio modelo INT8, con ${count(int8.images)} imágenes de prueba, si no dicen otra cosa.`)}</p>
${run.notes === '' ? '' : `<p>${escape(run.notes)}</p>`}
${verdictNote(report, words)}
<div class="figures">
${figure(score(int8.macroAp), w('Mean average precision', 'Precisión media promedio'), `${score(low)}–${score(high)}, 95 %`)}
${figure(score(int8.at.per_class.microF1), w('F1 over all decisions', 'F1 de todas las decisiones'), w('at the thresholds that ship', 'con los umbrales que se entregan'))}
${figure(score(int8.at.per_class.macroF1), w('F1, mean of the labels', 'F1, media de las etiquetas'), `${w('precision', 'precisión')} ${score(int8.at.per_class.macroPrecision)}, ${w('recall', 'exhaustividad')} ${score(int8.at.per_class.macroRecall)}`)}
${figure(difference(int8.macroAp, student.macroAp, words), w('INT8 against float', 'INT8 frente a float'), `${w('float', 'float')} ${score(student.macroAp)}, ${w('teacher', 'maestro')} ${score(teacher.macroAp)}`)}
</div>
${run.testOpenings > 1 ? `<p class="note">${w(`Test had been opened ${run.testOpenings} times when this was written. The more often it decides something, the less it says.`, `La prueba se había abierto ${run.testOpenings} veces al escribir esto. Cuanto más decide, menos dice.`)}</p>` : ''}
<p class="soft">${w(`Intervals: bootstrap over images (${count(replicates)} resamples a label), Wilson for precision and recall.`, `Intervalos: bootstrap de imágenes (${count(replicates)} muestras por etiqueta), Wilson para precisión y exhaustividad.`)}</p>`;
}

function difference(a: number | null, b: number | null, { w, decimal }: Wording): string {
  if (a === null || b === null) return NONE;
  const points = (a - b) * 100;
  return `${points < 0 ? '−' : '+'}${decimal(Math.abs(points), 1)} ${w('points', 'puntos')}`;
}

/** Teacher, float student and INT8 student side by side, at three ways to decide. */
export function networks({ metrics }: Pick<Report, 'metrics'>, { w, score, percent, decimal }: Wording): Html {
  const names = {
    teacher: w('Teacher', 'Maestro'),
    student: w('Student, float', 'Alumno, float'),
    int8: w('Student, INT8 (ships)', 'Alumno, INT8 (se entrega)'),
  } as const;
  const rules = {
    '0.5': decimal(0.5, 1),
    global: w('one for all', 'uno para todas'),
    per_class: w('one a label', 'uno por etiqueta'),
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
    w('Network', 'Red'),
    w('Threshold', 'Umbral'),
    'mAP',
    w('Precision', 'Precisión'),
    w('Recall', 'Exhaustividad'),
    'F1',
    w('micro F1', 'micro-F1'),
    w('No label', 'Sin etiqueta'),
  ];
  return section(
    'networks',
    w('The three networks', 'Las tres redes'),
    table(heads, rows('test'), w('Test', 'Prueba')),
    table(
      heads,
      rows('val'),
      w(
        'Validation: the thresholds were chosen here, so these figures flatter',
        'Validación: los umbrales se eligieron aquí, así que estas cifras favorecen',
      ),
    ),
    `<p class="soft">${w('Float student and teacher decide alike (at 0.5) in', 'Alumno float y maestro deciden igual (con 0,5) en')} ${percent(metrics.agreement.test.decisions)} ${w('of the test decisions.', 'de las decisiones de prueba.')}</p>`,
  );
}

/** Reliability curve and what moving all thresholds would do. */
export function trust({ calibration, sensitivity }: Report, { w, score }: Wording): Html {
  const shifts = sensitivity.map(({ shift }) => shift);
  const line = (of: 'microF1' | 'macroF1' | 'microPrecision'): readonly (readonly [number, number])[] =>
    sensitivity.flatMap((point) => (point[of] === null ? [] : [[point.shift, point[of]] as const]));
  const reliability = chart({
    title: w('Reliability: share of right ones over score', 'Fiabilidad: proporción de aciertos según la puntuación'),
    x: { name: w('score', 'puntuación'), from: 0, to: 1 },
    y: { name: w('share present', 'proporción presente'), from: 0, to: 1 },
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
        points: calibration.bins.map(({ meanScore, observed }) => [meanScore, observed] as const),
      },
    ],
  });
  const moved = chart({
    title: w('F1 when all thresholds move', 'F1 si se mueven todos los umbrales'),
    x: {
      name: w('thresholds moved by, in codes of 1/256', 'umbrales movidos, en códigos de 1/256'),
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
    'trust',
    w('Can the scores be trusted?', '¿Se puede confiar en las puntuaciones?'),
    `<div class="two">
<figure>${reliability}<figcaption>${w('Calibration: on the dashed line a score of 0.7 is right seven times in ten. Expected calibration error', 'Calibración: en la línea discontinua, una puntuación de 0,7 acierta siete de cada diez veces. Error de calibración esperado')} ${score(calibration.ece)}.</figcaption></figure>
<figure>${moved}<figcaption class="key"><span><i></i>${w('over all decisions', 'todas las decisiones')}</span><span><i class="second"></i>${w('mean of the labels', 'media de las etiquetas')}</span></figcaption>
<p class="soft">${w('Flat around 0: a little drift on the phone costs little.', 'Plano en torno a 0: una pequeña desviación en el teléfono cuesta poco.')}</p></figure></div>`,
  );
}

export function dataset(report: Report, words: Wording): Html {
  const { dataset: splits, classes, metrics, leftOut } = report;
  const { w, count, decimal, percent } = words;
  const names = {
    train: w('Training', 'Entrenamiento'),
    val: w('Validation', 'Validación'),
    test: w('Test', 'Prueba'),
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
    w('The photos', 'Las fotos'),
    table(
      [
        w('Split', 'Parte'),
        w('Images', 'Imágenes'),
        w('Labels per image', 'Etiquetas por imagen'),
        w('Without label', 'Sin etiqueta'),
        w('Fingerprint', 'Huella'),
      ],
      rows,
      `${count(classes.length)} ${w('labels', 'etiquetas')}`,
    ),
    leftOut === 0
      ? ''
      : `<p>${w(
          `Images without labels: ${count(leftOut)}, not labeled yet, so they are in no split.`,
          `Imágenes sin etiquetas: ${count(leftOut)}, aún sin etiquetar, así que no están en ninguna partición.`,
        )}</p>`,
    notMeasuredNote(report, words),
    rare.length === 0
      ? ''
      : `<p>${w(`${rare.length} labels have fewer than 10 training or 5 validation images: their thresholds rest on little.`, `${rare.length} etiquetas tienen menos de 10 imágenes de entrenamiento o 5 de validación: sus umbrales se apoyan en poco.`)}</p>`,
  );
}

export function making(
  { config, stages, waited, hardware, versions, run }: Report,
  { w, said, duration, count, decimal, percent }: Wording,
): Html {
  const names: Readonly<Record<string, string>> = {
    data: w('data', 'datos'),
    teacher: w('teacher', 'maestro'),
    student: w('student', 'alumno'),
    qat: w('quantization', 'cuantización'),
    thresholds: w('thresholds', 'umbrales'),
    test: w('test', 'prueba'),
    export: w('export', 'exportación'),
  };
  return section(
    'making',
    w('How it was made', 'Cómo se hizo'),
    table(
      [w('Stage', 'Etapa'), w('Work', 'Trabajo'), w('Waited for images', 'Espera de imágenes')],
      Object.entries(stages).map(([stage, seconds]) => [
        names[stage] ?? escape(stage),
        duration(seconds),
        waited[stage] === undefined ? NONE : percent(waited[stage]),
      ]),
      w('Time', 'Tiempo'),
    ),
    `<p>${escape(hardware.processor)}, ${count(hardware.cores)} ${w('cores', 'núcleos')}, ${decimal(hardware.memoryBytes / 2 ** 30, 0)} GiB, ${escape(hardware.system)}${hardware.engine === null ? '' : `; ${escape(said(hardware.engine))}`}. ${w('Seed', 'Semilla')} ${run.seed}. ${Object.entries(
      versions,
    )
      .map(([name, version]) => `${escape(name)} ${escape(version)}`)
      .join(', ')}.</p>`,
    `<details><summary>${w('All settings', 'Todos los ajustes')}</summary><pre>${escape(JSON.stringify(config, null, 1))}</pre></details>`,
  );
}
