import { readFileSync } from 'node:fs';
import path from 'node:path';

const packageFile = path.join(import.meta.dirname, '..', '..', '..', '..', 'package.json');

export const productVersion = (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version;
