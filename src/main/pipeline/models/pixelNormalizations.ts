import type { Normalization } from '../graph/graph.ts';

/** ImageNet's mean and standard deviation of RGB pixels in 0..1. */
export const IMAGENET_MEAN = [0.485, 0.456, 0.406],
  IMAGENET_STD = [0.229, 0.224, 0.225];

export const IMAGENET: Normalization = {
  mean: IMAGENET_MEAN.map((mean) => mean * 255),
  std: IMAGENET_STD.map((std) => std * 255),
};

/** The only one that an INT8 file can express, because its input has one scale and one zero point for all channels. */
export const LITE: Normalization = { mean: [127, 127, 127], std: [128, 128, 128] };
