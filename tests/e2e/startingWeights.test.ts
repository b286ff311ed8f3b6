import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Config } from '../../src/shared/config.ts';
import { buildModel } from '../../src/main/pipeline/models/registry.ts';
import { initialParameters } from '../../src/main/pipeline/models/initialParameters.ts';
import { readModelFile } from '../../src/main/pipeline/models/modelFile.ts';
import { writeWeights } from '../../src/main/pipeline/models/weights/writeWeights.ts';
import { readWeights } from '../../src/main/pipeline/models/weights/readWeights.ts';
import { startRun } from '../../src/main/studio/runs/runs.ts';
import { createStudio } from '../../src/main/studio/studio.ts';
import type { Method, Output } from '../../src/shared/contract/contract.ts';
import { makeTinyProject, tinyConfig } from './tinyProject.ts';

const root = mkdtempSync(path.join(tmpdir(), 'starting-'));
const [first, second] = [path.join(root, 'first'), path.join(root, 'second')];
process.env.DESTILA_CACHE = path.join(root, 'cache');
process.env.DESTILA_STATE = path.join(root, 'state');
beforeAll(async () => {
  for (const project of [first, second]) await makeTinyProject(project);
  // The second project has no 'blue', and 'pink', which the first does not know.
  for (const split of ['train', 'val', 'test']) {
    const file = path.join(second, `${split}.txt`);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('blue', 'pink'));
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function run(
  project: string,
  stages: ('data' | 'teacher' | 'student')[],
  change: (config: Config) => Config,
): Promise<{ folder: string; notes: string[] }> {
  const notes: string[] = [];
  const { folder, job } = await startRun(
    { project, config: tinyConfig(change), preset: null, stages, runsFolder: null },
    {
      onEvent: (event) => {
        if (event.type === 'note') notes.push(event.message.text);
      },
    },
  );
  await job.result;
  return { folder, notes };
}

test('a run goes on from another with other labels, and a teacher normalizes as its weights were trained', async () => {
  const before = await run(first, ['data', 'teacher'], (config) => ({
    ...config,
    teacher: { ...config.teacher, architecture: 'efficientnet-lite0' },
  }));
  const old = await readModelFile(path.join(before.folder, 'models', 'teacher_best.safetensors'));
  expect(old.labels).toEqual(['blue', 'green', 'red']);

  const b0 = { architecture: 'efficientnet-b0', inputSize: 32, labels: ['x'], ranges: null } as const;
  const h5 = path.join(root, 'own_keras.h5');
  const parameters = initialParameters(
    buildModel('efficientnet-b0', { inputSize: 32, classes: 1, dropout: 0, dropPath: 0 }),
    5,
  );
  writeFileSync(
    h5,
    await writeWeights({ ...b0, parameters, normalization: { mean: [0, 0, 0], std: [255, 255, 255] } }, 'keras'),
  );

  // Learning rates of 0: what a network began with is what it ends with.
  const still = { epochs_head: 0, epochs_finetune: 1, lr_finetune: 0, ema_decay: null };
  const { folder, notes } = await run(second, ['data', 'teacher', 'student'], (config) => ({
    ...config,
    teacher: { ...config.teacher, ...still, weights: h5 },
    student: { ...config.student, ...still, weights: before.folder },
  }));
  expect(notes).toContainEqual(
    expect.stringMatching(/^The teacher starts from .*own_keras\.h5: efficientnet-b0 in Keras 2 format\.$/),
  );
  expect(notes).toContain(
    'The weights were trained on pixels normalized as (x - 0) / 255, so this network normalizes them the same way.',
  );
  expect(notes).toContainEqual(
    expect.stringMatching(/^The student starts from .*: efficientnet-lite0 from another run\.$/),
  );
  expect(notes).toContain('2 labels keep their learned weights: green and red.');
  expect(notes).toContain('1 new label starts from random weights: pink.');
  expect(notes).toContain('1 label of the weights is not in this run and is dropped: blue.');

  const teacher = await readModelFile(path.join(folder, 'models', 'teacher_best.safetensors'));
  expect(teacher.normalization).toEqual({ mean: [0, 0, 0], std: [255, 255, 255] });
  expect(teacher.parameters.get('stem.conv.kernel')).toEqual(parameters.get('stem.conv.kernel'));

  const student = await readModelFile(path.join(folder, 'models', 'student_best.safetensors'));
  expect(student.labels).toEqual(['green', 'pink', 'red']);
  const column = (model: typeof old, label: string): number[] => {
    const [kernel, bias, at] = [
      model.parameters.get('classifier.kernel')!.data,
      model.parameters.get('classifier.bias')!.data,
      model.labels.indexOf(label),
    ];
    return [...kernel.filter((_, i) => i % model.labels.length === at), bias[at]!];
  };
  for (const label of ['green', 'red']) expect(column(student, label)).toEqual(column(old, label));
  expect(column(student, 'pink')).not.toEqual(column(old, 'blue'));
  expect(student.parameters.get('head.conv.kernel')).toEqual(old.parameters.get('head.conv.kernel'));
});

test("the studio offers the networks of a project's runs, and writes them for other programs", async () => {
  const studio = await createStudio({ door: 'browser', reveal: null, keepAwake: () => undefined });
  const ask = <M extends Method>(method: M, input: object): Promise<Output<M>> =>
    studio.call(method, input) as Promise<Output<M>>;
  try {
    const { id: project } = await ask('project.open', { folder: second });
    const [run] = await ask('runs.list', { project });
    const { entries } = await ask('weights.list', { project });
    expect(entries.slice(0, 2)).toMatchObject([
      { name: 'Run 1', stage: 'student', architecture: 'efficientnet-lite0' },
      { name: 'Run 1', stage: 'teacher', architecture: 'efficientnet-b0' },
    ]);
    expect((await ask('weights.list', { project: null })).entries.every(({ stage }) => stage === null)).toBe(true);

    const { file } = await ask('weights.write', { project, run: run!.id, stage: 'student', format: 'timm' });
    expect(file).toBe('models/student_timm.safetensors');
    const written = await studio.download(project, run!.id, file);
    const { tensors } = await readWeights(
      written,
      buildModel('efficientnet-lite0', { inputSize: 32, classes: 3, dropout: 0, dropPath: 0 }),
    );
    const { parameters } = await readModelFile(entries[0]!.path!);
    for (const [name, { data }] of tensors) expect(data, name).toEqual(parameters.get(name)!.data);
    await expect(studio.download(project, run!.id, 'models/student_best.safetensors')).rejects.toThrow(
      /cannot be downloaded/,
    );
  } finally {
    await studio.close('kill');
  }
});
