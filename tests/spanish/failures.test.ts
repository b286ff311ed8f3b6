import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refuseErrors } from '../../src/main/pipeline/data/problems.ts';
import { verifyBundle } from '../../src/main/pipeline/export/bundle/verifyBundle.ts';
import { readTflite } from '../../src/main/pipeline/tflite/read.ts';
import { readWeights } from '../../src/main/pipeline/models/weights/readWeights.ts';
import { buildModel } from '../../src/main/pipeline/models/registry.ts';
import { createStudio } from '../../src/main/studio/studio.ts';
import type { Studio } from '../../src/main/studio/studio.ts';
import { entryNamed, readCatalogue } from '../../src/main/studio/weights/catalogue.ts';
import { loadConfig } from '../../src/main/studio/config/loadConfig.ts';
import type { Method, Output } from '../../src/shared/contract/contract.ts';
import { toProblemData } from '../../src/shared/problem.ts';
import { inSpanish, translate } from '../../src/shared/spanish/translate.ts';
import { makeTinyProject } from '../e2e/tinyProject.ts';

/** What really fails, as a Spanish screen says it. */
const home = mkdtempSync(path.join(tmpdir(), 'destila-spanish-'));
const folder = path.join(home, 'fotos');
let studio: Studio;

const ask = <M extends Method>(method: M, input: object): Promise<Output<M>> =>
  studio.call(method, input) as Promise<Output<M>>;
const spanishOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
  } catch (error) {
    return inSpanish(toProblemData(error).message);
  }
  throw new Error('nothing failed');
};

beforeAll(async () => {
  process.env.DESTILA_STATE = path.join(home, 'state');
  process.env.DESTILA_CACHE = path.join(home, 'cache');
  await makeTinyProject(folder, { train: 6, val: 4, test: 4 });
  studio = await createStudio({ door: 'browser', reveal: null, keepAwake: () => undefined });
  await ask('project.open', { folder });
});

afterAll(async () => {
  await studio.close('kill');
  rmSync(home, { recursive: true, force: true });
});

describe('a failure in Spanish', () => {
  test('opening and reading', async () => {
    expect(await spanishOf(() => ask('project.open', { folder: '/no/hay' }))).toBe(
      '/no/hay no es una carpeta que se pueda abrir.',
    );
    expect(await spanishOf(() => ask('dataset.read', { project: '0123456789ab' }))).toBe(
      'Este proyecto no está abierto. Abre antes su carpeta.',
    );
    expect(await spanishOf(() => ask('files.list', { folder: '/no/hay' }))).toBe('No se puede abrir /no/hay.');
    expect(await spanishOf(() => entryNamed(readCatalogue(), 'timm-lite11'))).toBe(
      'No hay pesos “timm-lite11” en el catálogo; ¿querías decir “timm-lite1”? La pantalla Entrenar los muestra todos.',
    );
  });

  test('every problem that the check of a bad project finds, its title and what to do', async () => {
    const bad = path.join(home, 'mal');
    await makeTinyProject(bad, { train: 4, val: 2, test: 2 });
    writeFileSync(path.join(bad, 'roto.jpg'), 'no es una imagen');
    writeFileSync(path.join(bad, 'vacio.png'), '');
    await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .jpeg()
      .toFile(path.join(bad, 'foto.png'));
    writeFileSync(
      path.join(bad, 'train.txt'),
      [
        'image,label',
        'images/train-0.png,red',
        'images/train-0.png,blue',
        'images/train-1.png,Red',
        'no-hay.png,red',
        'roto.jpg,red',
        'vacio.png,red',
        'foto.png,green',
        '../fuera.png,red',
        '"images/train-2.png,red',
        'images/train-2.png;azul',
      ].join('\n'),
    );
    writeFileSync(path.join(bad, 'val.txt'), 'images/val-0.png,solo\nimages/train-0.png,red\n');
    writeFileSync(path.join(bad, 'test.txt'), Buffer.from([0xff, 0xfe, 0x61, 0x00]));
    const { problems } = await ask('dataset.check', { project: (await ask('project.open', { folder: bad })).id });
    const kinds = new Set(problems.map(({ code }) => code));
    expect([...kinds].sort()).toEqual(
      expect.arrayContaining([
        'encoding',
        'fewPositives',
        'headerLine',
        'inTwoSplits',
        'malformedLine',
        'missing',
        'notAnImage',
        'notInTrain',
        'outside',
        'pathTwice',
        'similarLabels',
        'truncated',
        'twoLabelSets',
        'wrongExtension',
      ]),
    );
    for (const { title, advice, message } of problems)
      for (const words of [title, advice, message]) expect(translate(words), words).not.toBeNull();
    const said = problems.map(({ message }) => inSpanish(message));
    expect(said).toEqual(
      expect.arrayContaining([
        'no-hay.png no existe.',
        'vacio.png está dañada o cortada (el archivo está vacío).',
        '../fuera.png está fuera de la carpeta del proyecto.',
        'foto.png es un archivo JPEG.',
        'la etiqueta “solo” no tiene imagen de entrenamiento: solo está en val.',
      ]),
    );
    const refused = await spanishOf(() =>
      refuseErrors(
        problems.map(({ path: at, label, ...rest }) => ({
          ...rest,
          code: rest.code as 'missing',
          ...(at !== null && { path: at }),
          ...(label !== null && { label }),
          others: [],
        })),
      ),
    );
    expect(refused).toMatch(
      /^Primero hay que arreglar los datos\.\ntrain\.txt:1: “image,label” parece una cabecera\.\nBorra la línea o haz que empiece por "# "\.\nHay \d+ errores más\.\nEn Datos/,
    );
  });

  test('imports', async () => {
    const place = path.join(home, 'importar');
    mkdirSync(place);
    writeFileSync(path.join(place, 'a.csv'), 'x;y\n1;2\n');
    const id = (await ask('project.open', { folder: place })).id;
    const request = { project: id, shares: { train: 0.7, val: 0.15, test: 0.15 }, seed: 1 };
    expect(await spanishOf(() => ask('import.plan', { ...request, source: { kind: 'csv', file: 'a.csv' } }))).toBe(
      "a.csv:1: no hay columna con las rutas de las imágenes. Llámala 'image', 'path' o 'filename'.",
    );
    expect(await spanishOf(() => ask('import.plan', { ...request, source: { kind: 'unlabelled' } }))).toBe(
      'No se han encontrado imágenes que importar.',
    );
  });

  test('a settings file', async () => {
    const file = path.join(home, 'mal.yaml');
    writeFileSync(file, 'teacher:\n  batch_siz: 3\n  dropout: 1.5\nstudent:\n  input_size: 33.5\n');
    expect(await spanishOf(() => loadConfig({ file }))).toBe(
      [
        `${file}:3: teacher.dropout tiene que ser 0,9 o menos.`,
        `${file}:2: ajuste desconocido teacher.batch_siz; ¿querías decir batch_size?`,
        `${file}:5: student.input_size tiene que ser un número entero.`,
      ].join('\n'),
    );
  });

  test('files that are no model, no weights, no bundle', async () => {
    const page = path.join(home, 'pesos.safetensors');
    writeFileSync(page, '<!doctype html><html></html>');
    const model = buildModel('efficientnet-lite0', { inputSize: 32, classes: 3, dropout: 0, dropPath: 0 });
    expect(await spanishOf(() => readWeights(page, model))).toMatch(
      /es una página web guardada en lugar del archivo: descárgalo otra vez\. Los pesos se leen de/,
    );
    expect(await spanishOf(() => readTflite(new Uint8Array(5)))).toBe(
      'El archivo del modelo solo tiene 5 bytes. Cópialo o expórtalo otra vez.',
    );
    const bundle = path.join(home, 'paquete');
    mkdirSync(bundle);
    writeFileSync(path.join(bundle, 'SHA256SUMS'), `${'0'.repeat(64)}  labels.txt\n`);
    const checks = await verifyBundle(bundle);
    expect(checks.map(({ name }) => inSpanish(name))).toContain('cada archivo está como se escribió (SHA256SUMS)');
    expect(checks.map(({ fault }) => inSpanish(fault ?? ''))).toEqual([
      'Falta model_int8.tflite.',
      'Falta labels.txt.',
    ]);
    expect(existsSync(bundle)).toBe(true);
  });

  test('what the system reports', () => {
    const system = (code: string, message: string): string =>
      inSpanish(toProblemData(Object.assign(new Error(message), { code })).message);
    expect(system('ENOSPC', 'write')).toBe(
      'El disco está lleno. Libera espacio y reanuda: no se ha perdido nada de lo guardado.',
    );
    expect(system('ENOENT', "open '/x'")).toBe("Falta un archivo: open '/x'");
    expect(inSpanish(toProblemData(new Error('std::bad_alloc')).message)).toMatch(/^Se acabó la memoria\./);
  });

  test('a text that nobody foresaw stays as it is, and of several lines those that are known are told', () => {
    expect(inSpanish('Segmentation fault: core dumped, a, b and 3 more.')).toBe(
      'Segmentation fault: core dumped, a, b and 3 more.',
    );
    expect(inSpanish('    at file.ts:3\nCancelled.\n???')).toBe('    at file.ts:3\nCancelado.\n???');
    expect(inSpanish('')).toBe('');
    const long = 'x does not exist. y: '.repeat(45) + '???';
    expect(inSpanish(long)).toBe(long);
  });

  test('names that look like patterns, and numbers as Spanish writes them', () => {
    expect(inSpanish("class '{x}: $1 (a|b)' has only 2 images in val (12345 images).")).toBe(
      'la clase “{x}: $1 (a|b)” solo tiene 2 imágenes en val (12.345 imágenes).',
    );
    expect(
      inSpanish("The fake-quantized scores and the integer model's differ by 0.0012 on average, 0.031 at most."),
    ).toBe(
      'Las puntuaciones con cuantización simulada y las del modelo entero se separan 0,0012 de media y 0,031 como mucho.',
    );
  });
});
