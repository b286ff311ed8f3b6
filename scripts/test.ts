import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildScreens } from './build.ts';

/**
 * `npm test` checks types and lint, runs all tests of the code, and then the tests of the screens in a real browser.
 * The last line counts what was actually run. A type error, a lint error and a failed build each count as one failed
 * check. Without named tests, the line before it is the coverage of the code's tests.
 */
const root = path.join(import.meta.dirname, '..');
const bin = (file: string): string => path.join(root, 'node_modules', file);
const node = (args: readonly string[], env: Record<string, string> = {}): boolean =>
  spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;

const reports = mkdtempSync(path.join(tmpdir(), 'destila-test-'));
const coverageFolder = path.join(reports, 'coverage');
const checks = [
  node([bin('typescript/bin/tsc'), '-p', '.']),
  node([bin('typescript/bin/tsc'), '-p', 'tsconfig.renderer.json']),
  node([bin('prettier/bin/prettier.cjs'), '--check', '.']),
  node([bin('eslint/bin/eslint.js'), '.']),
  node([bin('knip/bin/knip.js'), '--no-progress']),
];

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

function readReport(file: string, who: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    console.error(`${who} did not finish and wrote no report.`);
    return null;
  }
}

const runsAll = process.argv.length === 2;

function codeTests(): Counts {
  const file = path.join(reports, 'vitest.json');
  const ok = node([
    bin('vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...(runsAll ? ['--coverage', `--coverage.reportsDirectory=${coverageFolder}`] : []),
    ...process.argv.slice(2),
  ]);
  const counts = readReport(file, 'The test runner') as { numPassedTests: number; numFailedTests: number } | null;
  // A file that fails to load has no failed test, but still counts as a failure.
  return { passed: counts?.numPassedTests ?? 0, failed: ok ? 0 : Math.max(1, counts?.numFailedTests ?? 1) };
}

const coverageKinds = ['statements', 'branches', 'functions', 'lines'] as const;

function coverageLine(): string {
  const file = path.join(coverageFolder, 'coverage-summary.json');
  const summary = readReport(file, 'The measurement of coverage') as {
    total: Record<(typeof coverageKinds)[number], { pct: number }>;
  } | null;
  if (summary === null) return 'Coverage: not measured';
  return `Coverage: ${coverageKinds.map((kind) => `${kind} ${summary.total[kind].pct} %`).join(', ')}`;
}

const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Skipped with a message if no browser is installed. */
function screenTests(): Counts {
  if (!browsers.some((file) => existsSync(file))) {
    console.log(
      '\nThe tests of the screens were skipped because Chromium is not installed (Debian: apt-get install chromium).',
    );
    return { passed: 0, failed: 0 };
  }
  const file = path.join(reports, 'playwright.json');
  const ok = node([bin('@playwright/test/cli.js'), 'test', '--reporter=list,json'], {
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
  });
  const report = readReport(file, 'Playwright') as {
    stats: { expected: number; unexpected: number; flaky: number };
  } | null;
  const failed = (report?.stats.unexpected ?? 1) + (report?.stats.flaky ?? 0);
  return { passed: report?.stats.expected ?? 0, failed: ok ? failed : Math.max(1, failed) };
}

const results = [codeTests()];
// With named tests only, the screens are not needed.
if (runsAll) {
  checks.push(
    await buildScreens().then(
      () => true,
      (error: unknown) => {
        console.error(error);
        return false;
      },
    ),
  );
  if (checks.at(-1)) results.push(screenTests());
}
const coverage = runsAll ? coverageLine() : null;
rmSync(reports, { recursive: true, force: true });

const passed = results.reduce((sum, own) => sum + own.passed, checks.filter(Boolean).length);
const failed = results.reduce((sum, own) => sum + own.failed, checks.filter((ok) => !ok).length);
if (coverage !== null) console.log(coverage);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
