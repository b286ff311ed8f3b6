import { expect, test } from 'vitest';
import { configSchema } from './config.ts';
import { recipeWarnings } from './recipeWarnings.ts';

const keys = (change: object): string[] => recipeWarnings(configSchema.parse(change)).map(({ key }) => key);

test('the defaults cause no warning', () => {
  expect(keys({})).toEqual([]);
});

test.each([
  [{ augmentation: { vertical_flip: 0.5 } }, 'augmentation.vertical_flip'],
  [{ augmentation: { rotation: 90 } }, 'augmentation.rotation'],
  [{ augmentation: { hue: 0.3 } }, 'augmentation.hue'],
  [{ augmentation: { erase: 0.5, erase_area: 0.6 } }, 'augmentation.erase_area'],
  [{ augmentation: { mixup: 0.2 }, student: { loss: 'focal' } }, 'augmentation.mixup'],
  [{ data: { sampling: 'balanced' }, teacher: { positive_weights: 'inverse_frequency' } }, 'data.sampling'],
  [{ student: { alpha: 1 } }, 'student.alpha'],
  [{ student: { weights: 'lite1.pth' } }, 'teacher.weights'],
])('%j makes labels wrong or wastes time, and is named', (change, key) => {
  expect(keys(change)).toEqual([key]);
});

test('the area of an erased rectangle that is never drawn causes no warning', () => {
  expect(keys({ augmentation: { erase: 0, erase_area: 0.9 } })).toEqual([]);
});

test('a student that ignores its teacher causes no warning when the teacher costs next to nothing', () => {
  expect(keys({ student: { alpha: 1 }, teacher: { epochs_finetune: 0 } })).toEqual([]);
});

test('a teacher from scratch causes no warning when the student starts from scratch too, or ignores it', () => {
  expect(keys({ student: { alpha: 0.5 } })).toEqual([]);
  const student = { weights: 'lite1.pth', alpha: 1 };
  expect(keys({ student, teacher: { epochs_finetune: 0 } })).toEqual([]);
});
