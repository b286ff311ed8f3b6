import { chromium } from '@playwright/test';
import type { Page } from '@playwright/test';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { openSample, rail, startStudio } from '../tests/screens/studio.ts';
import { buildScreens } from './build.ts';

/** `npm run shots` takes screenshots of every screen with the sample project, in both themes and two widths. */
const folder = path.join(import.meta.dirname, '..', 'out', 'shots');
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) =>
  existsSync(file),
);
const SETTLED_MS = 1200;

mkdirSync(folder, { recursive: true });
await buildScreens();
const studio = await startStudio();
const browser = await chromium.launch({
  ...(executablePath !== undefined && { executablePath }),
  args: ['--no-sandbox'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark', locale: 'en-GB' });
  // Slow machines take as long as they need.
  page.setDefaultTimeout(0);
  await page.goto(studio.url);
  await shoot(page, 'welcome-empty');
  await openSample(page, studio);
  await rail(page, 'Tune').click();
  await shoot(page, 'tune-empty');
  await rail(page, 'Train').click();
  await page.getByRole('button', { name: /^Start Run/ }).click();
  await page.getByRole('heading', { name: /better|worse/i }).waitFor();
  await page.getByRole('button', { name: /^Student.*left$/ }).waitFor();
  await page.getByText(/best, epoch [5-9]/).waitFor();
  await shoot(page, 'train-live');
  await page.getByRole('heading', { name: /is done/ }).waitFor();
  await rail(page, 'Export').click();
  await page.getByRole('heading', { name: /The file is faithful/ }).waitFor();
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const [width, height] of [
      [1440, 900],
      [1100, 720],
    ] as const) {
      await page.setViewportSize({ width, height });
      await everyScreen(page, `${colorScheme}${width === 1440 ? '' : `-${width}`}`);
    }
  }
} finally {
  await browser.close();
  await studio.kill();
}
console.log(`The screenshots are in ${folder}.`);

async function shoot(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(SETTLED_MS);
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

async function everyScreen(page: Page, suffix: string): Promise<void> {
  for (const name of ['Data', 'Train', 'Tune', 'Compare', 'Export', 'Settings']) {
    await rail(page, name).click();
    await shoot(page, `${name.toLowerCase()}-${suffix}`);
  }
  await rail(page, 'Data').click();
  await page.getByRole('gridcell').nth(2).dblclick();
  await shoot(page, `viewer-${suffix}`);
  await page.keyboard.press('Escape');
  await rail(page, 'Train').click();
  await page.getByRole('button', { name: /^New run/ }).click();
  await page.getByText(/measured \d/).waitFor();
  await shoot(page, `train-settings-${suffix}`);
  await page.getByRole('button', { name: 'Show the runs' }).click();
  await page.keyboard.press('Control+k');
  await shoot(page, `palette-${suffix}`);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Welcome screen' }).click();
  await shoot(page, `welcome-${suffix}`);
  await page
    .getByRole('button', { name: /Sample/ })
    .first()
    .click();
}
