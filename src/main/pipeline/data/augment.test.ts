import { describe, expect, test } from 'vitest';
import type { AugmentationConfig, AugmentationStep } from '../../../shared/config.ts';
import { configSchema } from '../../../shared/config.ts';
import { augment } from './augment.ts';
import { drawAugmentation } from './drawAugmentation.ts';

const still: AugmentationConfig = {
  ...configSchema.parse({}).augmentation,
  horizontal_flip: 0,
  rotation: 0,
  zoom: 0,
  shift: 0,
  brightness: 0,
  contrast: 0,
  saturation: 0,
  hue: 0,
};
const BLACK: [number, number, number] = [0, 0, 0];

/** A smooth image, so that two sizes of it can be compared. */
function gradient(size: number): Uint8Array {
  const pixels = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [u, v] = [(x + 0.5) / size, (y + 0.5) / size];
      pixels.set([40 + 160 * u, 40 + 160 * v, 40 + 80 * (u + v)].map(Math.round), (y * size + x) * 3);
    }
  }
  return pixels;
}

function augmented(
  pixels: Uint8Array,
  size: number,
  config: Partial<typeof still>,
  position = 0,
  padding = BLACK,
): Uint8Array {
  const out = new Uint8Array(pixels.length);
  augment(pixels, size, drawAugmentation({ ...still, ...config }, 1, 2, position), padding, out, 0);
  return out;
}

const at = (pixels: Uint8Array, size: number, x: number, y: number): number[] => [
  ...pixels.subarray((y * size + x) * 3, (y * size + x) * 3 + 3),
];
const everything: AugmentationConfig = {
  ...still,
  horizontal_flip: 0.5,
  rotation: 20,
  zoom: 0.2,
  shift: 0.1,
  brightness: 0.3,
  contrast: 0.3,
  saturation: 0.3,
  hue: 0.1,
};

describe('augmentation', () => {
  test('changes nothing when everything is off', () => {
    expect(augmented(gradient(17), 17, {})).toEqual(gradient(17));
  });

  test('mirrors exactly', () => {
    const pixels = gradient(16);
    const mirrored = augmented(pixels, 16, { horizontal_flip: 1 });
    for (const [x, y] of [
      [0, 0],
      [3, 7],
      [15, 15],
    ] as const)
      expect(at(mirrored, 16, x, y)).toEqual(at(pixels, 16, 15 - x, y));
  });

  test('is a function of seed, epoch and position alone', () => {
    expect(drawAugmentation(everything, 1, 2, 3)).toEqual(drawAugmentation(everything, 1, 2, 3));
    for (const [seed, epoch, position] of [
      [2, 2, 3],
      [1, 3, 3],
      [1, 2, 4],
    ] as const)
      expect(drawAugmentation(everything, seed, epoch, position)).not.toEqual(drawAugmentation(everything, 1, 2, 3));
  });

  test('runs in the order of the settings', () => {
    const pixels = gradient(32);
    const changes = { rotation: 90, erase: 1, erase_area: 0.2, noise: 40, brightness: 0.5 };
    const done = (...order: AugmentationStep[]): Uint8Array => augmented(pixels, 32, { ...changes, order }, 3);
    const grayPixels = (image: Uint8Array): number =>
      Array.from({ length: 32 * 32 }, (_, i) =>
        image.subarray(i * 3, i * 3 + 3).every((value) => value === 127),
      ).filter(Boolean).length;
    // Erased last, the rectangle is plain gray; before noise it is not; before the image is rotated, it is rotated too.
    expect(grayPixels(done('place', 'color', 'noise', 'erase'))).toBeGreaterThan(20);
    expect(grayPixels(done('place', 'color', 'erase', 'noise'))).toBeLessThan(5);
    const turned = (...order: AugmentationStep[]): Uint8Array =>
      augmented(pixels, 32, { rotation: 90, erase: 1, erase_area: 0.2, order }, 3);
    expect(turned('erase', 'place', 'color', 'noise')).not.toEqual(turned('place', 'erase', 'color', 'noise'));
    expect(pixels).toEqual(gradient(32));
    expect(done('color', 'place', 'noise', 'erase')).not.toEqual(done('place', 'color', 'noise', 'erase'));
  });

  test('adds noise to a fraction of the images without changing the other draws', () => {
    const drawn = Array.from({ length: 200 }, (_, position) =>
      [1, 0.3].map((noise_probability) => drawAugmentation({ ...still, noise: 10, noise_probability }, 1, 2, position)),
    );
    const noisy = drawn.filter(([, some]) => some!.noise > 0);
    expect(noisy.length).toBeGreaterThan(40);
    expect(noisy.length).toBeLessThan(80);
    for (const [all, some] of noisy) expect(some).toEqual(all);
  });

  test('shows the same crop in the same colors at two sizes', () => {
    const [small, large] = [48, 96];
    for (let position = 0; position < 5; position++) {
      const a = augmented(gradient(small), small, { ...everything, hue: 0.02 }, position, [90, 90, 90]);
      const b = augmented(gradient(large), large, { ...everything, hue: 0.02 }, position, [90, 90, 90]);
      let differing = 0;
      for (let y = 0; y < small; y++) {
        for (let x = 0; x < small; x++) {
          const mean = [0, 1, 2].map((c) =>
            (
              [
                [0, 0],
                [1, 0],
                [0, 1],
                [1, 1],
              ] as const
            ).reduce((sum, [dx, dy]) => sum + at(b, large, 2 * x + dx, 2 * y + dy)[c]! / 4, 0),
          );
          if (at(a, small, x, y).some((value, c) => Math.abs(value - mean[c]!) > 6)) differing++;
        }
      }
      // The sizes may differ only where the border of the image runs through a pixel.
      expect(differing).toBeLessThan(small * 6);
    }
  });

  test('shifts by a share of the side and shows the padding color outside', () => {
    const size = 20;
    const drawn = drawAugmentation({ ...still, shift: 0.5 }, 1, 2, 0);
    const out = new Uint8Array(size * size * 3);
    augment(new Uint8Array(size * size * 3).fill(200), size, drawn, [1, 2, 3], out, 0);
    for (const [x, y] of [
      [0, 0],
      [19, 0],
      [0, 19],
      [19, 19],
    ] as const) {
      const [u, v] = [x + drawn.place.x0 * size, y + drawn.place.y0 * size];
      const outside = Math.min(u, v) <= -1 || Math.max(u, v) >= size;
      const inside = Math.min(u, v) >= 0 && Math.max(u, v) <= size - 1;
      if (outside) expect(at(out, size, x, y)).toEqual([1, 2, 3]);
      if (inside) expect(at(out, size, x, y)).toEqual([200, 200, 200]);
    }
    expect(Math.max(Math.abs(drawn.place.x0), Math.abs(drawn.place.y0)) * size).toBeGreaterThan(1);
  });

  test('keeps gray gray under saturation and hue, and darkens in proportion', () => {
    const gray = new Uint8Array(3 * 16).fill(120);
    expect(augmented(gray, 4, { saturation: 0.9, hue: 0.5 })).toEqual(gray);
    const darker = drawAugmentation({ ...still, brightness: 0.5 }, 1, 2, 1);
    const out = new Uint8Array(gray.length);
    augment(gray, 4, darker, BLACK, out, 0);
    expect(out[0]).toBe(Math.round(120 * darker.color.slice(0, 3).reduce((a, b) => a + b, 0)));
  });

  test('stays within the limits of the config', () => {
    for (let position = 0; position < 200; position++) {
      const { place } = drawAugmentation(everything, 1, 0, position);
      const zoom = Math.hypot(place.yx, place.yy);
      expect(Math.abs(zoom - 1)).toBeLessThanOrEqual(0.2 + 1e-9);
      expect(Math.abs(Math.atan2(place.yx, place.yy)) * (180 / Math.PI)).toBeLessThanOrEqual(20 + 1e-9);
      expect(Math.max(Math.abs(place.x0), Math.abs(place.y0))).toBeLessThanOrEqual(0.1);
    }
  });

  test('flips vertically exactly', () => {
    const pixels = gradient(16);
    const turned = augmented(pixels, 16, { vertical_flip: 1 });
    for (const [x, y] of [
      [0, 0],
      [3, 7],
      [15, 15],
    ] as const)
      expect(at(turned, 16, x, y)).toEqual(at(pixels, 16, x, 15 - y));
  });

  test('changes the configured fraction of images', () => {
    const changed = (config: Partial<AugmentationConfig>, of: 'place' | 'color'): number =>
      Array.from(
        { length: 400 },
        (_, position) => drawAugmentation({ ...still, ...config }, 1, 0, position)[of],
      ).filter((drawn) => JSON.stringify(drawn) !== JSON.stringify(drawAugmentation(still, 1, 0, 0)[of])).length;
    expect(Math.abs(changed({ rotation: 20, geometry_probability: 0.25 }, 'place') - 100)).toBeLessThan(30);
    expect(Math.abs(changed({ brightness: 0.5, color_probability: 0.75 }, 'color') - 300)).toBeLessThan(30);
  });

  test('draws each kind separately: switching one on does not change the others', () => {
    const without = drawAugmentation(everything, 1, 2, 3);
    const withMore = drawAugmentation({ ...everything, noise: 20, erase: 1 }, 1, 2, 3);
    expect([withMore.place, withMore.color]).toEqual([without.place, without.color]);
  });

  test('adds Gaussian noise of the drawn deviation, the same each time', () => {
    const size = 64;
    const gray = new Uint8Array(size * size * 3).fill(128);
    const { noise } = drawAugmentation({ ...still, noise: 20 }, 1, 2, 0);
    const noisy = augmented(gray, size, { noise: 20 });
    const differences = Float64Array.from(noisy, (value) => value - 128);
    const moment = (power: number): number =>
      differences.reduce((sum, value) => sum + value ** power, 0) / differences.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.3);
    expect(Math.sqrt(moment(2)) / noise).toBeCloseTo(1, 1);
    // A normal distribution's kurtosis is 3, that of four bytes 2.7.
    expect(Math.abs(moment(4) / moment(2) ** 2 - 2.7)).toBeLessThan(0.15);
    expect(augmented(gray, size, { noise: 20 })).toEqual(noisy);
    expect(augmented(gray, size, { noise: 20 }, 1)).not.toEqual(noisy);
  });

  test('erases a rectangle of the asked area at the same place in every size', () => {
    const share = (size: number, position: number): number =>
      augmented(new Uint8Array(size * size * 3).fill(255), size, { erase: 1, erase_area: 0.3 }, position).filter(
        (value) => value === 127,
      ).length /
      (size * size * 3);
    const areas = Array.from({ length: 40 }, (_, position) => share(96, position));
    expect(Math.max(...areas)).toBeLessThanOrEqual(0.33);
    expect(Math.min(...areas)).toBeGreaterThan(0.005);
    areas.slice(0, 10).forEach((area, position) => {
      expect(Math.abs(share(48, position) - area)).toBeLessThan(0.03);
    });
    expect(augmented(gradient(16), 16, { erase: 0 })).toEqual(gradient(16));
  });

  test('posterizes and solarizes with RandAugment, as timm does at full strength', () => {
    const drawn = Array.from({ length: 300 }, (_, position) =>
      drawAugmentation({ ...still, rand_operations: 1, rand_magnitude: 10 }, 1, 0, position),
    );
    // One of eleven operations each: about 27.
    for (const count of [
      drawn.filter(({ posterizeBits }) => posterizeBits === 4).length,
      drawn.filter(({ solarizeFrom }) => solarizeFrom === 0).length,
    ])
      expect(Math.abs(count - 27)).toBeLessThan(15);
    const ramp = Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => i % 256);
    const out = new Uint8Array(ramp.length);
    const tones = { ...drawAugmentation(still, 1, 0, 0), posterizeBits: 4, solarizeFrom: 128 };
    augment(ramp, 16, tones, BLACK, out, 0);
    expect([...out.subarray(0, 256)]).toEqual(
      Array.from({ length: 256 }, (_, v) => ((v & 0xf0) >= 128 ? 255 - (v & 0xf0) : v & 0xf0)),
    );
  });

  test('changes nothing with RandAugment at magnitude 0', () => {
    expect(augmented(gradient(32), 32, { rand_operations: 3, rand_magnitude: 0 })).toEqual(gradient(32));
  });
});
