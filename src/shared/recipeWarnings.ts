import type { Config } from './config.ts';

/** A setting that may destroy what the labels say, or costs time for nothing. */
export interface RecipeWarning {
  readonly key: string;
  readonly message: string;
}

/** Simple rules; none of them stops a training, for only people know what their labels mean. */
export function recipeWarnings({
  augmentation: a,
  teacher,
  student,
  data,
}: Pick<Config, 'augmentation' | 'teacher' | 'student' | 'data'>): RecipeWarning[] {
  const rules: readonly (readonly [applies: boolean, key: string, message: string])[] = [
    [
      a.vertical_flip > 0 || a.rotation > 45,
      a.vertical_flip > 0 ? 'augmentation.vertical_flip' : 'augmentation.rotation',
      'Images are turned upside down: labels that depend on which way is up get lost.',
    ],
    [
      a.zoom > 0.5 || a.shift > 0.3,
      a.zoom > 0.5 ? 'augmentation.zoom' : 'augmentation.shift',
      'Zoom and shift this large push objects out of the picture while their labels stay.',
    ],
    [
      a.hue > 0.1 || a.saturation > 0.8,
      a.hue > 0.1 ? 'augmentation.hue' : 'augmentation.saturation',
      'Colours change this much: labels that tell colours apart (ripe, green) get lost.',
    ],
    [
      a.brightness > 0.7 || a.contrast > 0.8,
      a.brightness > 0.7 ? 'augmentation.brightness' : 'augmentation.contrast',
      'Some images become black or white.',
    ],
    [
      a.erase > 0 && a.erase_area > 0.4,
      'augmentation.erase_area',
      'The erased rectangle can cover a whole object while its label stays.',
    ],
    [a.noise > 40, 'augmentation.noise', 'Noise this strong hides small objects.'],
    [
      a.rand_operations > 0 && a.rand_magnitude * a.rand_operations > 18,
      'augmentation.rand_magnitude',
      'RandAugment this strong leaves little of an image.',
    ],
    [
      a.mixup > 0 && (teacher.loss !== 'bce' || student.loss !== 'bce'),
      'augmentation.mixup',
      'MixUp and a focal or asymmetric loss pull against each other: blended labels are never easy.',
    ],
    [a.mixup > 1, 'augmentation.mixup', 'Most images are half of one and half of another: small objects vanish.'],
    [
      data.sampling !== 'shuffle' && (teacher.positive_weights !== 'none' || student.positive_weights !== 'none'),
      'data.sampling',
      'Rare classes are both repeated and weighted: one of the two is usually enough.',
    ],
    [
      student.alpha === 1,
      'student.alpha',
      'The student does not listen to the teacher, which is trained all the same, to be compared with. A small teacher and few epochs save its time.',
    ],
  ];
  return rules.filter(([applies]) => applies).map(([, key, message]) => ({ key, message }));
}
