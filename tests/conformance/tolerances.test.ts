import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { tolerancesMarkdown } from './tolerances.ts';

test('docs/engines.md states the tolerances of the tests', () => {
  expect(readFileSync(path.join(import.meta.dirname, '../../docs/engines.md'), 'utf8')).toContain(tolerancesMarkdown());
});
