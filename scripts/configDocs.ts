import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { configurationMarkdown, defaultYaml } from '../src/main/studio/config/describe.ts';

/** `npm run docs`: writes resources/default.yaml and docs/configuration.md from the settings' schema. */
const root = path.join(import.meta.dirname, '..');
mkdirSync(path.join(root, 'docs'), { recursive: true });
writeFileSync(path.join(root, 'resources', 'default.yaml'), defaultYaml());
writeFileSync(path.join(root, 'docs', 'configuration.md'), configurationMarkdown());
