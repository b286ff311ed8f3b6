import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, openSample, rail, startTinyRun, test, tinySettings } from './studio.ts';

const root = path.join(import.meta.dirname, '..', '..');

/** Nothing serious or critical on a screen, by axe's WCAG rules. */
async function expectAccessible(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
    .analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect
    .soft(
      serious.map(
        ({ id, nodes }) =>
          `${where}: ${id}: ${nodes
            .slice(0, 3)
            .map(({ html }) => html.slice(0, 160))
            .join(' | ')}`,
      ),
    )
    .toEqual([]);
}

test('from the sample to a bundle that verifies, every screen accessible, in both languages', async ({
  page,
  studio,
}) => {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  // The screen stands before the studio has answered, however slow the machine is.
  const { promise: screenStands, resolve: answer } = Promise.withResolvers<null>();
  await page.route(
    '**/api/studio.hello',
    async (route) => {
      await screenStands;
      await route.continue();
    },
    { times: 1 },
  );
  await page.goto(studio.url);
  await expect(page.getByRole('heading', { name: /From a folder of photos/ })).toBeVisible();
  answer(null);
  // The other screens are loaded when they are first shown.
  expect(asked.flatMap((name) => /(\w+)Screen-[\w-]+\.js/.exec(name)?.[1] ?? [])).toEqual(['Welcome']);
  await expectAccessible(page, 'welcome');
  await openSample(page, studio);
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  await expectAccessible(page, 'data');

  // Check the images: the sample has nothing wrong.
  await page.getByRole('button', { name: 'Check the images' }).first().click();
  await expect(page.getByText(/checked \d/)).toBeVisible({ timeout: 60_000 });

  // Open a photo, switch a label on and off, see the line that would change.
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Labels', exact: true })).toBeVisible();
  await page.keyboard.press('9');
  await page.keyboard.press('3');
  await expect(page.getByText(/^\+ images\/train-0001/)).toBeVisible();
  await expectAccessible(page, 'viewer');
  await page.keyboard.press('Control+z');
  await expect(page.getByText('All saved')).toBeVisible();
  await page.keyboard.press('Escape');

  await rail(page, 'Train').click();
  await expect(page.getByRole('radio', { name: /Sample/ })).toHaveAttribute('aria-checked', 'true');
  await expectAccessible(page, 'train, settings');
  // A learning rate is looked for, and taken over.
  await page.getByRole('textbox', { name: 'Settings as YAML' }).fill(tinySettings);
  await page.getByRole('button', { name: 'Find a rate for the student' }).click({ timeout: 60_000 });
  const curve = page.getByRole('region', { name: 'Learning rates of the student' });
  await expect(curve.getByRole('img', { name: 'Loss by learning rate' })).toBeVisible({ timeout: 120_000 });
  await expectAccessible(page, 'train, learning rate');
  const suggested = /near ([\d.]+)\./.exec(await curve.innerText())![1]!;
  await curve.getByRole('button', { name: 'Use this' }).click();
  await expect(page.locator('[id="setting-student.lr_finetune"]')).toHaveValue(suggested);
  await expect(page.getByRole('textbox', { name: 'Settings as YAML' })).toHaveValue(
    new RegExp(`lr_finetune: ${suggested}`),
  );
  await startTinyRun(page);
  await expect(
    page.getByRole('heading', { name: /Run 1 is running|Getting better|getting better|worse/i }),
  ).toBeVisible();
  await expectAccessible(page, 'train, running');
  await expect(page.getByRole('heading', { name: /Run 1 is done/ })).toBeVisible({ timeout: 0 });
  await expect(page.getByRole('row', { name: /apple/ })).toBeVisible();

  await page.getByRole('button', { name: 'Tune Run 1' }).click();
  const threshold = page.getByRole('slider', { name: 'Threshold' });
  await expect(threshold).toBeVisible();
  await expectAccessible(page, 'tune');
  const before = Number(await threshold.getAttribute('aria-valuenow'));
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(threshold).toHaveAttribute('aria-valuenow', String(before + 2));
  await page.keyboard.press('Control+z');
  await expect(threshold).toHaveAttribute('aria-valuenow', String(before + 1));
  await expect(page.getByText('saved in the run')).toBeVisible();
  await expect(page.getByText('sealed').first()).toBeVisible();
  await page.getByRole('button', { name: 'Open the test split' }).click();
  await expect(page.getByText('The test split was opened 1 time.')).toBeVisible();
  const [runFolder] = execFileSync('ls', [path.join(studio.sample, 'runs')], { encoding: 'utf8' })
    .trim()
    .split('\n');
  expect(
    JSON.parse(readFileSync(path.join(studio.sample, 'runs', runFolder!, 'run.json'), 'utf8')).testOpenings.filter(
      ({ by }: { by: string }) => by === 'studio',
    ),
  ).toHaveLength(1);

  await rail(page, 'Compare').click();
  await expect(page.getByRole('checkbox', { name: 'Compare Run 1' })).toBeVisible();
  await expectAccessible(page, 'compare');
  await page.getByRole('button', { name: 'More actions for Run 1' }).click();
  await page.getByRole('menuitem', { name: 'Note' }).click();
  await page.getByRole('textbox', { name: 'Note' }).fill('the first one');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('row', { name: /Run 1.*the first one/ })).toBeVisible();

  await rail(page, 'Export').click();
  // The bundle that the run wrote is checked as it is, with the thresholds of that time.
  await expect(page.getByRole('heading', { name: 'Thresholds changed after this export.' })).toBeVisible({
    timeout: 60_000,
  });
  await page
    .getByRole('button', { name: /^Export/ })
    .last()
    .click();
  await expect(
    page.getByRole('heading', { name: /^The file is faithful \((\d+) of \1\)\. The model is / }),
  ).toBeVisible({
    timeout: 60_000,
  });
  await expectAccessible(page, 'export');
  await page.locator('input[type=file]').setInputFiles(path.join(studio.sample, 'images', 'val-0001.png'));
  await expect(page.getByRole('img', { name: 'What the model saw' })).toBeVisible();
  const [report] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: 'Report' }).click()]);
  await expect(report.getByRole('heading', { name: 'Per label' })).toBeVisible();
  // The studio serves it in a sandbox without scripts, where axe cannot run: the same page is checked outside of it.
  const markup = await report.content();
  await report.close();
  const copy = await page.context().newPage();
  await copy.setContent(markup);
  await expectAccessible(copy, 'report');
  await copy.close();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).first().click(),
  ]);
  const zip = path.join(studio.home, 'bundle.zip');
  await download.saveAs(zip);
  // Its exit status says whether every check passed; a failure throws here.
  execFileSync(process.execPath, [path.join(root, 'src', 'main', 'doors', 'cli', 'main.ts'), 'verify', zip], {
    encoding: 'utf8',
  });
  // The threshold that was set by hand is what the bundle holds.
  const run = JSON.parse(readFileSync(path.join(studio.sample, 'runs', runFolder!, 'run.json'), 'utf8')) as {
    export: string;
  };
  const shipped = JSON.parse(
    readFileSync(path.join(studio.sample, 'runs', runFolder!, run.export, 'inference_config.json'), 'utf8'),
  ) as { thresholds: { perClass: { k: number }[] } };
  expect(shipped.thresholds.perClass.map(({ k }) => k)).toContain(before + 1);

  await rail(page, 'Settings').click();
  await expectAccessible(page, 'settings');
  await page.getByRole('combobox', { name: 'Theme' }).click();
  await page.getByRole('option', { name: 'Light' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  for (const name of ['Data', 'Train', 'Tune', 'Compare', 'Export', 'Settings']) {
    await rail(page, name).click();
    await expect(page.locator('main h1')).not.toHaveText(/…$/);
    await expectAccessible(page, `${name}, light`);
  }
  await page.getByRole('combobox', { name: 'Language' }).click();
  await page.getByRole('option', { name: 'Español' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'es');
  for (const [name, answer] of [
    ['Datos', /imágenes|etiquetas/],
    ['Entrenar', /ha acabado/],
    ['Umbrales', /encuentra \d+ de \d+|umbral común/],
    ['Comparar', /Marca dos/],
    ['Exportar', /El archivo es fiel|Escribiendo/],
    ['Preferencias', /Se entrena en la CPU|aún no se ha medido/],
  ] as const) {
    await page.getByRole('navigation', { name: 'Pantallas' }).getByRole('button', { name, exact: true }).click();
    await expect(page.locator('main h1')).toHaveText(answer);
  }
  expect(faults).toEqual([]);
});
