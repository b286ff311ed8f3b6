import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { architectures } from '../../../shared/architectures.ts';
import { Problem } from '../../../shared/problem.ts';
import { nearest } from '../config/nearest.ts';
import { resourcePath } from '../state/resources.ts';

/**
 * resources/weights.json: where pretrained weights are published. Sizes are the parameters' in float32, so about. Keras's MD5 sums are
 * those in its source (keras/src/applications/efficientnet.py); timm publishes none beforehand, its server sends one with the file.
 */
const entrySchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  name: z.string(),
  architecture: z.enum(architectures),
  /** Name in the weights folder. */
  file: z.string().regex(/^[\w.-]+$/),
  url: z.url(),
  /** Where a person reads about them. */
  page: z.url(),
  licence: z.string(),
  megabytes: z.number(),
  checksum: z.strictObject({ algorithm: z.enum(['sha256', 'md5']), hex: z.string() }).nullable(),
});
export type CatalogueEntry = z.infer<typeof entrySchema>;

const catalogueSchema = z.strictObject({ formatVersion: z.literal(1), weights: z.array(entrySchema) });

export const readCatalogue = (file = resourcePath('weights.json')): readonly CatalogueEntry[] =>
  catalogueSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).weights;

/** Throws a Problem that names what is nearest. */
export function entryNamed(catalogue: readonly CatalogueEntry[], id: string): CatalogueEntry {
  const found = catalogue.find((entry) => entry.id === id);
  if (found !== undefined) return found;
  const guess = nearest(
    id,
    catalogue.map((entry) => entry.id),
  );
  throw new Problem(
    'config',
    `There are no weights '${id}' in the catalogue${guess === null ? '' : `; did you mean '${guess}'`}. 'destila weights list' shows them all.`,
  );
}
