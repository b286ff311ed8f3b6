import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * `npm test`: types, lint, then every test; the last line counts what really ran.
 * A type or lint error counts as one failed check, so that the line never looks better than the state of the code.
 */
const root = path.join(import.meta.dirname, '..');
const bin = (file: string): string => path.join(root, 'node_modules', file);
const node = (...args: string[]): boolean => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0;

const reports = mkdtempSync(path.join(tmpdir(), 'destila-test-'));
const report = path.join(reports, 'vitest.json');
const checks = [node(bin('typescript/bin/tsc'), '-p', '.'), node(bin('eslint/bin/eslint.js'), '.')];
const testsPassed = node(bin('vitest/vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2));

interface Counts { numPassedTests: number; numFailedTests: number; numFailedTestSuites: number }
let counts: Counts = { numPassedTests: 0, numFailedTests: 1, numFailedTestSuites: 0 };
try {
  counts = JSON.parse(readFileSync(report, 'utf8')) as Counts;
} catch {
  console.error('The test runner wrote no report: it did not come to its end.');
}
rmSync(reports, { recursive: true, force: true });

const passed = counts.numPassedTests + checks.filter(Boolean).length;
// A file that fails to load has no failed test of its own, but it failed all the same.
const failedTests = testsPassed ? 0 : Math.max(1, counts.numFailedTests);
const failed = failedTests + checks.filter((ok) => !ok).length;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
