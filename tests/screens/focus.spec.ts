import type { Page } from '@playwright/test';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import type { RunningStudio } from './studio.ts';
import { expect, rail, test } from './studio.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** Eight images, of which the last two are labeled. */
async function openProject(page: Page, studio: RunningStudio): Promise<string> {
  const folder = path.join(studio.home, 'Fruit');
  mkdirSync(folder, { recursive: true });
  for (const [i, name] of names.entries())
    await sharp({ create: { width: 40, height: 40, channels: 3, background: { r: 30 * i, g: 90, b: 160 } } })
      .png()
      .toFile(path.join(folder, `${name}.png`));
  writeFileSync(path.join(folder, 'train.txt'), 'a.png\nb.png\nc.png\nd.png\ne.png\nf.png\ng.png\tapple\n');
  writeFileSync(path.join(folder, 'val.txt'), 'h.png\tmango\n');
  writeFileSync(path.join(folder, 'test.txt'), '');
  await page.goto(studio.url);
  await page.getByRole('heading', { name: /From a folder of photos/ }).waitFor();
  const id = await page.evaluate(async (opened) => {
    const response = await fetch('/api/project.open', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ folder: opened }),
    });
    return ((await response.json()) as { value: { id: string } }).value.id;
  }, folder);
  await page.evaluate((project) => {
    location.hash = `#/${project}/data`;
    location.reload();
  }, id);
  await page.getByRole('gridcell').first().waitFor();
  return folder;
}

const cell = (page: Page, name: string) => page.getByRole('gridcell').filter({ has: page.getByAltText(`${name}.png:`) });
const focused = (page: Page) => page.locator('.photo[data-focus=true]');
const view = (page: Page, name: string) =>
  page.getByRole('radiogroup', { name: 'View' }).getByText(name, { exact: false });

/** The ring is there and drawn: one image has the focus, and it is on screen. */
async function expectFocusOn(page: Page, name: string): Promise<void> {
  await expect(focused(page)).toHaveCount(1);
  await expect(focused(page).locator('img')).toHaveAttribute('alt', new RegExp(`^${name}\\.png:`));
  await expect(focused(page).locator('.photo-frame')).toBeInViewport();
  expect(
    await focused(page)
      .locator('.photo-frame')
      .evaluate((frame) => getComputedStyle(frame).outlineStyle),
  ).toBe('solid');
}

test('in the grid a labeled image stays where it is, and the next key finds the same image', async ({
  page,
  studio,
}) => {
  const folder = await openProject(page, studio);
  await view(page, 'No label').click();
  await cell(page, 'c').click();
  await page.keyboard.press('1');
  await expectFocusOn(page, 'c');
  await page.keyboard.press('2');
  await expectFocusOn(page, 'c');
  await expect(page.getByRole('button', { name: '1 no longer matches' })).toBeVisible();
  await expect(page.getByRole('gridcell')).toHaveCount(6);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('1');
  await expectFocusOn(page, 'd');

  // A refresh on purpose takes both out; the neighbor gets the focus, and undo returns to the place.
  await page.getByRole('button', { name: '2 no longer match' }).click();
  await expect(page.getByRole('gridcell')).toHaveCount(4);
  await expectFocusOn(page, 'e');
  await page.keyboard.press('Control+z');
  await expectFocusOn(page, 'd');
  await expect(page.getByRole('gridcell')).toHaveCount(5);
  await page.keyboard.press('Control+Shift+z');
  await expectFocusOn(page, 'd');
  await page.keyboard.press('Control+s');
  await expect(page.getByText('All saved')).toBeVisible();
  expect(readFileSync(path.join(folder, 'train.txt'), 'utf8')).toMatch(/^a\.png\nb\.png\nc\.png\t.+\nd\.png\t/);
  await expectFocusOn(page, 'd');
});
