import { defineConfig } from '@playwright/test';
import { existsSync } from 'node:fs';

/**
 * Tests people's tasks on the screens, in the system's Chromium, with the real browser door, real services and real
 * (small) training.
 */
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) =>
  existsSync(file),
);

export default defineConfig({
  testDir: 'tests/screens',
  testMatch: '*.spec.ts',
  workers: 1,
  timeout: 1_200_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  outputDir: 'out/screens',
  use: {
    ...(chromium !== undefined && { launchOptions: { executablePath: chromium, args: ['--no-sandbox'] } }),
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    colorScheme: 'dark',
    trace: 'retain-on-failure',
  },
});
