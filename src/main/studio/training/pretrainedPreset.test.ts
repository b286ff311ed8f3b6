import { expect, test } from 'vitest';
import type { Architecture } from '../../../shared/architectures.ts';
import { pretrainedPreset, teacherCandidates } from './pretrainedPreset.ts';

const having =
  (...here: readonly Architecture[]) =>
  (architecture: Architecture): Promise<string | null> =>
    Promise.resolve(here.includes(architecture) ? `/weights/${architecture}` : null);

test.each(['fast', 'balanced', 'best', 'demo'])(
  "%s starts from pretrained weights when its student's are here",
  async (name) => {
    expect(await pretrainedPreset(name, having('efficientnet-b3', 'efficientnet-lite2'))).toBeNull();
    const config = await pretrainedPreset(name, having('efficientnet-lite1'));
    expect(config).toMatchObject({
      student: { architecture: 'efficientnet-lite1', weights: '/weights/efficientnet-lite1' },
      teacher: { architecture: 'efficientnet-lite1', weights: '/weights/efficientnet-lite1' },
    });
  },
);

test('a preset without such settings has no variant', async () => {
  expect(await pretrainedPreset('grocery-96', having('efficientnet-lite1'))).toBeNull();
});

test('the teacher is the largest network whose weights are here, at its own size', async () => {
  expect(
    (await pretrainedPreset('balanced', having('efficientnet-lite1', 'efficientnet-lite2')))!.teacher,
  ).toMatchObject({ architecture: 'efficientnet-lite2', input_size: 260, weights: '/weights/efficientnet-lite2' });
  const all = having('efficientnet-lite1', 'efficientnet-lite2', 'efficientnet-b3');
  expect((await pretrainedPreset('best', all))!.teacher).toMatchObject({
    architecture: 'efficientnet-b3',
    input_size: 300,
    weights: '/weights/efficientnet-b3',
  });
});

test('quick presets keep their small teacher', async () => {
  const config = await pretrainedPreset('demo', having('efficientnet-lite1', 'efficientnet-b3'));
  expect(config!.teacher.architecture).toBe('efficientnet-lite1');
});

test('the last choice of a teacher is none', async () => {
  const both = having('efficientnet-lite1', 'efficientnet-lite2');
  const balanced = (await pretrainedPreset('balanced', both))!;
  const candidates = await teacherCandidates(balanced, both);
  expect(candidates.map(({ teacher, student }) => [teacher.architecture, student.alpha])).toEqual([
    ['efficientnet-lite2', 0.7],
    ['efficientnet-lite1', 1],
  ]);
  expect(candidates[1]!.teacher).toMatchObject({ weights: '/weights/efficientnet-lite1', epochs_finetune: 0 });
});
