import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { architectures } from '../../../shared/architectures.ts';
import { Problem } from '../../../shared/problem.ts';
import { nearest } from '../config/nearest.ts';
import { resourcePath } from '../state/resources.ts';

/**
 * An entry of resources/weights.json, which lists where pretrained weights are published. Sizes are approximate: 4
 * bytes per parameter. Keras's MD5 checksums come from its source (keras/src/applications/efficientnet.py). timm
 * publishes no checksums in advance; its server sends one with the file.
 */
const entrySchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  name: z.string(),
  architecture: z.enum(architectures),
  /** Name in the weights folder. */
  file: z.string().regex(/^[\w.-]+$/),
  url: z.url(),
  /** Web page that describes the weights. */
  page: z.url(),
  license: z.string(),
  megabytes: z.number(),
  checksum: z.strictObject({ algorithm: z.enum(['sha256', 'md5']), hex: z.string() }).nullable(),
});
export type CatalogEntry = z.infer<typeof entrySchema>;

const catalogSchema = z.strictObject({ formatVersion: z.literal(1), weights: z.array(entrySchema) });

export const readCatalog = (file = resourcePath('weights.json')): readonly CatalogEntry[] =>
  catalogSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).weights;

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
