import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleJsonSchemas } from '../src/main/pipeline/export/bundle/jsonSchemas.ts';
import { configurationMarkdown, defaultYaml } from './docs/configuration.ts';

/**
 * `npm run docs` generates resources/default.yaml, docs/configuration.md and resources/schemas from the schemas in the
 * code.
 */
const root = path.join(import.meta.dirname, '..');
mkdirSync(path.join(root, 'docs'), { recursive: true });
writeFileSync(path.join(root, 'resources', 'default.yaml'), defaultYaml());
writeFileSync(path.join(root, 'docs', 'configuration.md'), configurationMarkdown());
mkdirSync(path.join(root, 'resources', 'schemas'), { recursive: true });
for (const [file, text] of bundleJsonSchemas()) writeFileSync(path.join(root, 'resources', 'schemas', file), text);
