import type { Config } from './config.ts';
import type { Message } from './message.ts';
import { message } from './message.ts';

/** A setting that may make labels wrong or that wastes time. */
export interface RecipeWarning {
  readonly key: string;
  readonly message: Message;
}

type Recipe = Pick<Config, 'augmentation' | 'teacher' | 'student' | 'data'>;

/** Simple rules. None of them stops a training, because only people know what their labels mean. */
export function recipeWarnings({ augmentation: a, teacher, student, data }: Recipe): RecipeWarning[] {
  const rules: readonly (readonly [applies: boolean, key: string, message: Message])[] = [
    [
      a.vertical_flip > 0 || a.rotation > 45,
      a.vertical_flip > 0 ? 'augmentation.vertical_flip' : 'augmentation.rotation',
      message('recipe.upsideDown'),
    ],
    [
      a.zoom > 0.5 || a.shift > 0.3,
      a.zoom > 0.5 ? 'augmentation.zoom' : 'augmentation.shift',
      message('recipe.outOfImage'),
    ],
    [
      a.hue > 0.1 || a.saturation > 0.8,
      a.hue > 0.1 ? 'augmentation.hue' : 'augmentation.saturation',
      message('recipe.colors'),
    ],
    [
      a.brightness > 0.7 || a.contrast > 0.8,
      a.brightness > 0.7 ? 'augmentation.brightness' : 'augmentation.contrast',
      message('recipe.blackOrWhite'),
    ],
    [a.erase > 0 && a.erase_area > 0.4, 'augmentation.erase_area', message('recipe.erasedObject')],
    [a.noise > 40, 'augmentation.noise', message('recipe.noise')],
    [
      a.rand_operations > 0 && a.rand_magnitude * a.rand_operations > 18,
      'augmentation.rand_magnitude',
      message('recipe.randAugment'),
    ],
    [
      a.mixup > 0 && (teacher.loss !== 'bce' || student.loss !== 'bce'),
      'augmentation.mixup',
      message('recipe.mixupAndLoss'),
    ],
    [a.mixup > 1, 'augmentation.mixup', message('recipe.mixupStrong')],
    [
      data.sampling !== 'shuffle' && (teacher.positive_weights !== 'none' || student.positive_weights !== 'none'),
      'data.sampling',
      message('recipe.repeatedAndWeighted'),
    ],
    // A teacher of which only the head is trained costs next to nothing.
    [student.alpha === 1 && teacher.epochs_finetune > 0, 'student.alpha', message('recipe.teacherUnused')],
    [
      student.alpha < 1 && student.weights !== null && teacher.weights === null,
      'teacher.weights',
      message('recipe.teacherWithoutWeights'),
    ],
  ];
  return rules.filter(([applies]) => applies).map(([, key, text]) => ({ key, message: text }));
}
