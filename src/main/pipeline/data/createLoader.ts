import sharp from 'sharp';
import { readFileSync } from 'node:fs';
import { randomStream } from '../../../shared/random.ts';
import { letterbox } from './letterbox.ts';
import type { Loader, LoaderOptions } from './loader.ts';
export async function createLoader(o: LoaderOptions): Promise<Loader> {
  const cache = new Map<string, Uint8Array[]>();
  const get = async (file: string): Promise<Uint8Array[]> => {
    let p = cache.get(file);
    if (!p) {
      const { data, info } = await sharp(readFileSync(file)).rotate().toColourspace('srgb').flatten().removeAlpha().raw().toBuffer({ resolveWithObject: true });
      p = o.sizes.map((s) => letterbox(data, info.width, info.height, s, o.paddingColor));
      cache.set(file, p);
    }
    return p;
  };
  const warp = (src: Uint8Array, S: number, a: number[], out: Uint8Array, at: number): void => {
    const [m0, m1, tx, ty, bright, contrast, sat] = a as [number, number, number, number, number, number, number];
    let flip = a[7]!;
    for (let y = 0; y < S; y++) for (let x = 0; x < S; x++) {
      const u0 = (x + 0.5) / S - 0.5, v0 = (y + 0.5) / S - 0.5;
      let u = m0 * u0 - m1 * v0 + tx; const v = m1 * u0 + m0 * v0 + ty;
      if (flip) u = -u;
      const fx = (u + 0.5) * S - 0.5, fy = (v + 0.5) * S - 0.5;
      const x0 = Math.floor(fx), y0 = Math.floor(fy), ax = fx - x0, ay = fy - y0;
      const px = [0, 0, 0];
      for (let c = 0; c < 3; c++) {
        const g = (xx: number, yy: number): number => (xx < 0 || yy < 0 || xx >= S || yy >= S ? 0 : src[(yy * S + xx) * 3 + c]!);
        px[c] = (g(x0, y0) * (1 - ax) + g(x0 + 1, y0) * ax) * (1 - ay) + (g(x0, y0 + 1) * (1 - ax) + g(x0 + 1, y0 + 1) * ax) * ay;
      }
      const grey = 0.299 * px[0]! + 0.587 * px[1]! + 0.114 * px[2]!;
      for (let c = 0; c < 3; c++) { const w = ((grey + (px[c]! - grey) * sat) * bright - 128) * contrast + 128; out[at + (y * S + x) * 3 + c] = w < 0 ? 0 : w > 255 ? 255 : w + 0.5; }
    }
    flip = 0;
  };
  return {
    load: async ({ samples, augmentation }) => {
      const outs = o.sizes.map((s) => new Uint8Array(samples.length * s * s * 3));
      const pixels = await Promise.all(samples.map((s) => get(s.file)));
      pixels.forEach((p, n) => {
        const params = augmentation ? (() => { const r = randomStream(augmentation.seed, augmentation.epoch, augmentation.positions[n]!, 'aug'); const k = augmentation.config; const pm = (x: number): number => (2 * r() - 1) * x;
          const angle = pm(k.rotation) * Math.PI / 180, z = 1 + pm(k.zoom); return [Math.cos(angle) * z, Math.sin(angle) * z, pm(k.shift), pm(k.shift), 1 + pm(k.brightness), 1 + pm(k.contrast), 1 + pm(k.saturation), r() < k.horizontal_flip ? 1 : 0]; })() : null;
        o.sizes.forEach((S, i) => { if (params) warp(p[i]!, S, params, outs[i]!, n * S * S * 3); else outs[i]!.set(p[i]!, n * S * S * 3); });
      });
      return outs;
    },
    close: () => Promise.resolve(),
  };
}
