import { z } from 'zod';
import { because } from './fieldError.ts';
import { message } from './message.ts';

/** The `augmentation` section of the settings. */

const fraction = () => z.number().min(0).max(1);

export const augmentationSteps = ['place', 'color', 'noise', 'erase'] as const;
export type AugmentationStep = (typeof augmentationSteps)[number];

/** Earlier versions wrote the order as text, such as 'place, colour, noise, erase'. */
const augmentationOrder = z.preprocess(
  (order) => (typeof order === 'string' ? order.replaceAll('colour', 'color').split(/, ?/) : order),
  z.array(z.enum(augmentationSteps)).superRefine((order, context) => {
    if (order.length === augmentationSteps.length && new Set(order).size === order.length) return;
    context.addIssue({ code: 'custom', ...because(message('fieldError.order', { steps: augmentationSteps })) });
  }),
);

/** Settings under the names of earlier versions, which run.json and destila.yaml may still have. */
export function withCurrentNames(section: unknown): unknown {
  if (typeof section !== 'object' || section === null || !('colour_probability' in section)) return section;
  const { colour_probability: colorProbability, ...others } = section;
  return { color_probability: colorProbability, ...others };
}

/** In the order in which they are applied. Their sources are in src/main/pipeline/data/drawAugmentation.ts. */
const augmentationFields = z.strictObject({
  horizontal_flip: fraction().default(0.5),
  vertical_flip: fraction().default(0),
  geometry_probability: fraction().default(1),
  rotation: z.number().min(0).max(180).default(10),
  zoom: fraction().default(0.15),
  shift: fraction().default(0.1),
  color_probability: fraction().default(1),
  brightness: fraction().default(0.2),
  contrast: fraction().default(0.2),
  saturation: fraction().default(0.2),
  hue: z.number().min(0).max(0.5).default(0.02),
  rand_operations: z.int().min(0).max(6).default(0),
  rand_magnitude: z.number().min(0).max(10).default(5),
  noise_probability: fraction().default(1),
  noise: z.number().min(0).max(64).default(0),
  erase: fraction().default(0),
  erase_area: fraction().default(0.2),
  mixup: z.number().min(0).max(4).default(0),
  order: augmentationOrder.default([...augmentationSteps]),
});
export type AugmentationConfig = z.infer<typeof augmentationFields>;

export const augmentation = z.preprocess(withCurrentNames, augmentationFields);
