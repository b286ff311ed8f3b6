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
  horizontal_flip: fraction().default(0.5).describe('Probability of flipping an image left to right.'),
  vertical_flip: fraction()
    .default(0)
    .describe(
      'Probability of flipping an image upside down; for images taken from above, such as microscope and satellite images.',
    ),
  geometry_probability: fraction().default(1).describe('Share of the images that are rotated, zoomed and shifted.'),
  rotation: z.number().min(0).max(180).default(10).describe('Largest rotation to either side, in degrees.'),
  zoom: fraction().default(0.15).describe('Largest zoom in or out, as a share of the size.'),
  shift: fraction().default(0.1).describe('Largest shift in each direction, as a share of the side.'),
  color_probability: fraction().default(1).describe('Share of the images whose colors are changed.'),
  brightness: fraction().default(0.2).describe('Largest change of brightness, as a factor of 1 plus or minus this.'),
  contrast: fraction().default(0.2).describe('Largest change of contrast, as a factor of 1 plus or minus this.'),
  saturation: fraction().default(0.2).describe('Largest change of saturation, as a factor of 1 plus or minus this.'),
  hue: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.02)
    .describe('Largest rotation of the color wheel, as a share of a full turn.'),
  rand_operations: z
    .int()
    .min(0)
    .max(6)
    .default(0)
    .describe(
      'RandAugment (Cubuk et al. 2019): number of additional operations per image, each drawn from rotation, shear, shift, brightness, contrast, saturation, posterize, solarize and none; 0 disables it, 2 is usual.',
    ),
  rand_magnitude: z.number().min(0).max(10).default(5).describe("Strength of RandAugment's operations, 0 to 10."),
  noise_probability: fraction().default(1).describe('Share of the images that get noise.'),
  noise: z
    .number()
    .min(0)
    .max(64)
    .default(0)
    .describe('Largest standard deviation of Gaussian noise, in levels of 0 to 255.'),
  erase: fraction()
    .default(0)
    .describe(
      'Probability of covering part of the image with a gray rectangle (random erasing, Zhong et al. 2017; cutout).',
    ),
  erase_area: fraction().default(0.2).describe('Largest area of that rectangle, as a share of the image.'),
  mixup: z
    .number()
    .min(0)
    .max(4)
    .default(0)
    .describe(
      'MixUp (Zhang et al. 2017): images of a batch and their labels are blended in pairs, by a share drawn from Beta(mixup, mixup); 0 disables it, 0.2 is usual.',
    ),
  order: augmentationOrder
    .default([...augmentationSteps])
    .describe(
      'Order of the steps, as a list of place (flip, zoom, rotation, shift), color (with posterize and solarize), noise and erase. MixUp is always last.',
    ),
});
export type AugmentationConfig = z.infer<typeof augmentationFields>;

export const augmentation = z.preprocess(withCurrentNames, augmentationFields);
