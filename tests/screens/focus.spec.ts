import type { Page } from '@playwright/test';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { configSchema } from '../../src/shared/config.ts';
import type { RunSummary } from '../../src/shared/contract/runs.ts';
import type { Tune } from '../../src/shared/contract/tune.ts';
import type { RunningStudio } from './studio.ts';
import { expect, rail, test } from './studio.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'];

/** Eleven images, of which g is an apple and h a mango; the others have no label. */
async function openProject(page: Page, studio: RunningStudio): Promise<string> {
  const folder = path.join(studio.home, 'Fruit');
  mkdirSync(folder, { recursive: true });
  for (const [i, name] of names.entries())
    await sharp({ create: { width: 40, height: 40, channels: 3, background: { r: 20 * i, g: 90, b: 160 } } })
      .png()
      .toFile(path.join(folder, `${name}.png`));
  writeFileSync(path.join(folder, 'train.txt'), 'a.png\nb.png\nc.png\nd.png\ne.png\nf.png\ng.png\tapple\n');
  writeFileSync(path.join(folder, 'val.txt'), 'h.png\tmango\ni.png\nj.png\nk.png\n');
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
  await page.goto(new URL(`#/${id}/data`, page.url()).href);
  await page.reload();
  await page.getByRole('gridcell').first().waitFor();
  return folder;
}

/** A finished run, as the services would tell of it: its model misses k and sees apples in i and j. */
async function answerWithRun(page: Page): Promise<Tune['saved'][]> {
  const run: RunSummary = {
    id: 'run-1',
    project: '',
    number: 1,
    name: 'Run 1',
    createdAt: '2026-01-01T10:00:00.000Z',
    preset: null,
    config: configSchema.parse({}),
    state: 'finished',
    problem: null,
    stages: [{ stage: 'thresholds', state: 'finished', seconds: 1, summary: {} }],
    engine: null,
    note: '',
    pinned: false,
    trashed: false,
    seconds: 1,
    expected: [],
    val: { teacherAp: null, studentAp: null, int8Ap: 0.5, int8F1: 0.5 },
    valFingerprint: '',
    testFingerprint: '',
    testOpened: 0,
    exported: false,
    bytes: 0,
    freeableBytes: 0,
    pretrained: false,
  };
  const base64 = (bytes: readonly number[]): string => Buffer.from(bytes).toString('base64');
  const untouched = { k: 128, tuned: true, locked: false, goal: null };
  const tune: Tune = {
    run: run.id,
    name: run.name,
    labels: ['apple', 'mango'],
    globalK: 128,
    found: [128, 128],
    saved: [untouched, untouched],
    goal: { goal: 'max_f1', min_precision: 0.9, min_recall: 0.9, smoothing: 0 },
    val: {
      paths: ['h.png', 'i.png', 'j.png', 'k.png'],
      codes: base64([10, 250, 250, 10, 230, 5, 100, 20]),
      labels: base64([0, 1, 0, 0, 0, 0, 1, 0]),
      teacher: null,
      student: null,
    },
    test: null,
    testOpened: 0,
  };
  const saved: Tune['saved'][] = [];
  await page.route('**/api/runs.list', (route) => route.fulfill({ json: { value: [run] } }));
  await page.route('**/api/tune.read', (route) => route.fulfill({ json: { value: tune } }));
  await page.route('**/api/tune.save', (route) => {
    saved.push((route.request().postDataJSON() as { thresholds: Tune['saved'] }).thresholds);
    return route.fulfill({ json: { value: {} } });
  });
  return saved;
}

const cell = (page: Page, name: string) =>
  page.getByRole('gridcell').filter({ has: page.getByAltText(`${name}.png:`) });
const focused = (page: Page) => page.locator('.photo[data-focus=true]');
const view = (page: Page, name: string) => page.getByRole('radiogroup', { name: 'View' }).getByText(name);

/** Exactly one image shows the ring, and it is on screen. */
async function expectFocusOn(page: Page, name: string): Promise<void> {
  await expect(focused(page)).toHaveCount(1);
  await expect(focused(page).locator('img')).toHaveAttribute('alt', new RegExp(`^${name}\\.png:`));
  const frame = focused(page).locator('.photo-frame');
  await expect(frame).toBeInViewport({ ratio: 0.5 });
  await expect(frame).toHaveCSS('outline-style', 'solid');
}

const labelsOf = (page: Page, name: string) => cell(page, name).locator('.photo-names');

test('grid: a labeled image stays in place, and no key reaches another one', async ({ page, studio }) => {
  const folder = await openProject(page, studio);
  await view(page, 'No label').click();
  // The keys move what shows the ring, although the control was clicked last.
  await page.keyboard.press('ArrowRight');
  await expectFocusOn(page, 'b');
  await cell(page, 'c').click();
  await page.keyboard.press('1');
  await expectFocusOn(page, 'c');
  await page.keyboard.press('2');
  await expectFocusOn(page, 'c');
  await expect(labelsOf(page, 'c')).toHaveText('apple, mango');
  await expect(page.getByRole('gridcell')).toHaveCount(9);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('1');
  await expectFocusOn(page, 'd');

  // A refresh on purpose removes both; the neighbor gets the focus, and undo returns to the place.
  await page.getByRole('button', { name: '2 no longer match' }).click();
  await expect(page.getByRole('gridcell')).toHaveCount(7);
  await expectFocusOn(page, 'e');
  await page.keyboard.press('Control+z');
  await expectFocusOn(page, 'd');
  await expect(labelsOf(page, 'd')).toHaveText('no label');
  await page.keyboard.press('Control+Shift+z');
  await expectFocusOn(page, 'd');
  await page.keyboard.press('Control+s');
  await expect(page.getByText('All saved')).toBeVisible();
  await expectFocusOn(page, 'd');
  expect(readFileSync(path.join(folder, 'train.txt'), 'utf8')).toBe(
    'a.png\nb.png\nc.png\tapple\tmango\nd.png\tapple\ne.png\nf.png\ng.png\tapple\n',
  );
});

test('grid: after a filter, a search, a split or an order the focus is on an image in sight', async ({
  page,
  studio,
}) => {
  await openProject(page, studio);
  await page.setViewportSize({ width: 1440, height: 480 });
  await cell(page, 'k').click();
  await page.getByRole('textbox', { name: 'Find by path' }).fill('b.png');
  await expectFocusOn(page, 'b');
  await page.getByRole('textbox', { name: 'Find by path' }).fill('');
  await expectFocusOn(page, 'b');
  await page.getByRole('combobox', { name: 'Order', exact: true }).click();
  await page.getByRole('option', { name: 'Most labels' }).click();
  await expectFocusOn(page, 'b');
  await page.getByRole('combobox', { name: 'Split', exact: true }).click();
  await page.getByRole('option', { name: 'val' }).click();
  await expect(page.getByRole('gridcell')).toHaveCount(4);
  await expect(focused(page)).toHaveCount(1);
  await page.getByRole('combobox', { name: 'Split', exact: true }).click();
  await page.getByRole('option', { name: 'All splits' }).click();
  // Scrolled out of sight, the image in focus is shown first; only the next key changes it.
  await page.getByRole('slider', { name: 'Thumbnail size' }).press('End');
  await page.getByRole('grid').press('Home');
  await page.getByRole('grid').hover();
  await page.mouse.wheel(0, 5000);
  await expect(focused(page).locator('.photo-frame')).not.toBeInViewport({ ratio: 0.5 });
  await page.getByRole('grid').press('2');
  await expect(page.getByText('All saved')).toBeVisible();
  await expect(focused(page).locator('.photo-frame')).toBeInViewport({ ratio: 0.5 });
  await page.keyboard.press('2');
  await expect(page.getByText('1 unsaved edit')).toBeVisible();
});

test('viewer: the image that is shown stays in its place among the others, and undo returns to it', async ({
  page,
  studio,
}) => {
  await openProject(page, studio);
  await view(page, 'No label').click();
  await cell(page, 'c').dblclick();
  const name = page.locator('.viewer code').first();
  await expect(name).toHaveText('c.png');
  await page.keyboard.press('1');
  await expect(page.getByText('no longer matches the filter')).toBeVisible();
  await expect(page.getByText('3 of 9')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(name).toHaveText('d.png');
  await expect(page.getByText('4 of 9')).toBeVisible();
  await page.keyboard.press('1');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Control+z');
  await expect(name).toHaveText('d.png');
  await page.keyboard.press('Control+z');
  await expect(name).toHaveText('c.png');
  await expect(page.getByText('All saved')).toBeVisible();
  await page.keyboard.press('Escape');
  await expectFocusOn(page, 'c');
});

test('review: an accepted suggestion stays in the row, and undo comes back to it', async ({ page, studio }) => {
  await answerWithRun(page);
  await openProject(page, studio);
  await page.getByRole('button', { name: 'Review one by one' }).click();
  const name = page.locator('.viewer code').first();
  await expect(name).toHaveText('i.png');
  await page.keyboard.press('a');
  await expect(name).toHaveText('j.png');
  await expect(page.getByText('2 of 2')).toBeVisible();
  await page.keyboard.press('a');
  await expect(page.getByText('no longer matches the filter')).toBeVisible();
  // Nothing is suggested for it now, so the key does nothing.
  await page.keyboard.press('a');
  await expect(page.getByText('2 unsaved edits')).toBeVisible();
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await expect(name).toHaveText('i.png');
  await page.keyboard.press('Escape');
  await expectFocusOn(page, 'i');
});

test('tune: labels and chosen errors stay in place, and undo returns to what it changes', async ({ page, studio }) => {
  const saved = await answerWithRun(page);
  await openProject(page, studio);
  await rail(page, 'Tune').click();
  const threshold = page.getByRole('slider', { name: 'Threshold' });
  const chosen = page.getByRole('listbox', { name: 'Labels' }).getByRole('option', { selected: true });
  await expect(threshold).toHaveAttribute('aria-valuenow', '128');
  await expect(chosen).toContainText('apple');
  // At 89 the apple of k is found too and the label passes; it keeps its place, and J leads to the next one.
  for (let press = 0; press < 3; press++) await page.keyboard.press('PageDown');
  await expect(threshold).toHaveAttribute('aria-valuenow', '89');
  await page.keyboard.press('j');
  await expect(chosen).toContainText('mango');
  await page.keyboard.press('Control+z');
  await expect(chosen).toContainText('apple');
  await expect(threshold).toHaveAttribute('aria-valuenow', '102');
  await expect(page.getByText('saved in the run')).toBeVisible();
  expect(saved.at(-1)!.map(({ k }) => k)).toEqual([102, 128]);

  await page.getByRole('radiogroup', { name: 'View' }).getByText('Errors').click();
  const error = page.getByRole('button', { name: /j\.png/ });
  await error.click();
  await page.keyboard.press('a');
  await expect(page.getByText('1 unsaved edit')).toBeVisible();
  for (let press = 0; press < 11; press++) await page.keyboard.press('PageUp');
  await expect(error).toHaveAttribute('aria-pressed', 'true');
  await expect(error).toContainText('not an error');
  for (let press = 0; press < 11; press++) await page.keyboard.press('Control+z');
  await expect(page.getByText('1 unsaved edit')).toBeVisible();
  // The label that was corrected is undone in its turn, in sight, and not a threshold in its place.
  await page.keyboard.press('j');
  await page.keyboard.press('Control+z');
  await expect(page.getByText('All saved')).toBeVisible();
  await expect(chosen).toContainText('apple');
  await expect(error).toHaveAttribute('aria-pressed', 'true');
});
