import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, openSample, test } from './studio.ts';

test("an edit is written into the user's own file, every other line byte for byte, with a backup; undo writes it back", async ({
  page,
  studio,
}) => {
  await openSample(page, studio);
  const file = path.join(studio.sample, 'train.txt');
  const before = readFileSync(file);
  await page.keyboard.press('Enter');
  await page.getByRole('checkbox', { name: 'cherries' }).click();
  await expect(page.getByText('1 unsaved edit')).toBeVisible();
  // A reload, as after a crash, loses nothing.
  await expect
    .poll(
      () =>
        existsSync(path.join(studio.home, 'state', 'drafts')) &&
        readdirSync(path.join(studio.home, 'state', 'drafts')).length,
    )
    .toBe(1);
  await page.reload();
  await expect(page.getByText('1 unsaved edit')).toBeVisible();
  expect(readFileSync(file).equals(before)).toBe(true);
  await page.keyboard.press('Control+s');
  await expect(page.getByText('All saved')).toBeVisible();
  const lines = before.toString('utf8').split('\n');
  const saved = readFileSync(file, 'utf8').split('\n');
  expect(saved).toHaveLength(lines.length);
  const changed = saved.flatMap((line, at) => (line === lines[at] ? [] : [at]));
  expect(changed).toHaveLength(1);
  expect(saved[changed[0]!]).toContain('cherries');
  const [backup] = readdirSync(path.join(studio.home, 'state', 'backups'));
  const [time] = readdirSync(path.join(studio.home, 'state', 'backups', backup!));
  expect(readFileSync(path.join(studio.home, 'state', 'backups', backup!, time!, 'train.txt')).equals(before)).toBe(
    true,
  );
  // Taken back by hand, the file is what it was.
  await page.getByRole('gridcell').first().dblclick();
  await page.getByRole('checkbox', { name: 'cherries' }).click();
  await page.keyboard.press('Control+s');
  await expect(page.getByText('All saved')).toBeVisible();
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('a line that somebody else changed meanwhile is shown with both sides; nothing is overwritten', async ({
  page,
  studio,
}) => {
  await openSample(page, studio);
  const file = path.join(studio.sample, 'train.txt');
  const text = readFileSync(file, 'utf8');
  await page.keyboard.press('Enter');
  const name = (await page.locator('.viewer code').first().textContent())!;
  await page.getByRole('checkbox', { name: 'cherries' }).click();
  await expect(page.getByText('1 unsaved edit')).toBeVisible();
  const line = text.split('\n').find((own) => own.startsWith(name))!;
  writeFileSync(file, text.replace(line, `${line},melon`));
  await expect(page.getByRole('alert', { name: 'Changed on both sides' })).toBeVisible();
  await page.getByRole('button', { name: "Keep the file's version" }).click();
  await expect(page.getByText('All saved')).toBeVisible();
  expect(readFileSync(file, 'utf8')).toBe(text.replace(line, `${line},melon`));
});

test('everything by keyboard: filter, select, label many at once, undo', async ({ page, studio }) => {
  await openSample(page, studio);
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(page.getByText('3 selected')).toBeVisible();
  await page.keyboard.press('l');
  await page.keyboard.type('fresh');
  await page.keyboard.press('Enter');
  await expect(page.getByText('3 unsaved edits')).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(page.getByText('All saved')).toBeVisible();
  await page.keyboard.press('Control+Shift+z');
  await expect(page.getByText('3 unsaved edits')).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('banana');
  // No letter is lost while the finder opens.
  await expect(page.getByPlaceholder('Search or run a command')).toHaveValue('banana');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Remove banana from the filter' })).toBeVisible();
  // A label in the filter changes between or, and, not.
  const shown = page.locator('.toolbar').getByRole('status');
  await expect(shown).not.toHaveText('1,160');
  const withBanana = Number(await shown.textContent());
  await page.getByRole('button', { name: /^with banana/ }).press('Enter');
  await page.getByRole('button', { name: /^with banana/ }).press('Enter');
  await expect(page.getByRole('button', { name: /^without banana/ })).toBeVisible();
  await expect(shown).toHaveText((1160 - withBanana).toLocaleString('en-GB'));
  await page.getByRole('button', { name: 'Clear', exact: true }).press('Enter');
  await expect(shown).toHaveText('1,160');
  // A digit stays on its label: pressed twice it changes nothing.
  const digits = page.getByRole('toolbar', { name: 'Labels on the digit keys' });
  const on = await digits.getByRole('button').first().getAttribute('aria-pressed');
  const first = await digits.getByRole('button').first().textContent();
  await page.keyboard.press('1');
  await expect(digits.getByRole('button').first()).toHaveAttribute('aria-pressed', on === 'true' ? 'false' : 'true');
  await expect(digits.getByRole('button').first()).toHaveText(first!);
  await page.keyboard.press('1');
  await expect(digits.getByRole('button').first()).toHaveAttribute('aria-pressed', on!);
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await expect(page.getByRole('radiogroup', { name: 'Preset' })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await expect(page.getByRole('grid')).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Shortcuts' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a folder that is dropped opens, though a browser does not say where it lies', async ({ page, studio }) => {
  await openSample(page, studio);
  const folder = path.join(studio.home, 'Pictures', 'Dropped');
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(path.join(studio.sample, 'images')).slice(0, 3))
    copyFileSync(path.join(studio.sample, 'images', name), path.join(folder, name));
  const session = await page.context().newCDPSession(page);
  const drag = (type: 'dragEnter' | 'dragOver' | 'drop', files: string[]) =>
    session.send('Input.dispatchDragEvent', {
      type,
      x: 700,
      y: 400,
      data: { items: [], files, dragOperationsMask: 1 },
    });
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await drag(type, [folder]);
  await expect(page.getByRole('heading', { name: '3 images, no label files yet.' })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Dropped: switch project$/ })).toBeVisible();
  // Photos without labels can be listed; nobody is sent to training with them.
  await page.getByRole('radio', { name: /I have no labels yet/ }).check();
  await page.getByRole('button', { name: 'Write the label files' }).click();
  await expect(page.getByRole('heading', { name: 'No image has a label yet.' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Go to training' })).toHaveCount(0);
  // One that cannot be found is asked for by its name.
  const elsewhere = path.join(studio.home, '.hidden', 'Elsewhere');
  mkdirSync(elsewhere, { recursive: true });
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await drag(type, [elsewhere]);
  await expect(page.getByRole('dialog', { name: 'Choose a folder' })).toContainText('Elsewhere');
});

test('what is wrong with the text of the files is put right in the files, and told anew', async ({ page, studio }) => {
  await openSample(page, studio);
  const file = path.join(studio.sample, 'train.txt');
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, `path\tlabels\n${before}`);
  await expect(page.getByRole('heading', { name: '1 problem blocks training.' })).toBeVisible();
  // What to do stands there without a click.
  await expect(page.getByText("Delete the line, or start it with '# '.")).toBeVisible();
  await page.getByRole('button', { name: 'Comment it out' }).click();
  await expect(page.getByRole('heading', { name: /ready to train/ })).toBeVisible();
  expect(readFileSync(file, 'utf8')).toBe(`# path\tlabels\n${before}`);
});

test('a folder with a folder a label becomes a project: preview first, then label files', async ({ page, studio }) => {
  await openSample(page, studio);
  const folder = path.join(studio.home, 'photos');
  const images = readdirSync(path.join(studio.sample, 'images')).slice(0, 40);
  images.forEach((name, i) => {
    const place = path.join(folder, i % 2 === 0 ? 'cats' : 'dogs');
    mkdirSync(place, { recursive: true });
    copyFileSync(path.join(studio.sample, 'images', name), path.join(place, name));
  });
  await page.keyboard.press('Control+o');
  await page.getByRole('textbox', { name: 'Path', exact: true }).fill(folder);
  await page.getByRole('button', { name: 'Go', exact: true }).click();
  await page.getByRole('button', { name: 'Open this folder' }).click();
  await expect(page.getByRole('heading', { name: '40 images, no label files yet.' })).toBeVisible();
  await expect(page.getByRole('row', { name: 'cats' })).toBeVisible();
  expect(readdirSync(folder).sort()).toEqual(['cats', 'dogs']);
  await page.getByRole('button', { name: 'Write the label files' }).click();
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  await expect(page.getByText('40 images · 2 labels')).toBeVisible();
  expect(readdirSync(folder).sort()).toEqual(['cats', 'dogs', 'test.txt', 'train.txt', 'val.txt']);

  // One list alone is split from where its problem stands.
  const all = ['train', 'val', 'test'].map((split) => readFileSync(path.join(folder, `${split}.txt`), 'utf8')).join('');
  rmSync(path.join(folder, 'val.txt'));
  rmSync(path.join(folder, 'test.txt'));
  writeFileSync(path.join(folder, 'train.txt'), all);
  await page.getByRole('button', { name: 'Create splits' }).first().click();
  await expect(page.getByRole('heading', { name: '40 images, to be split again.' })).toBeVisible();
  await page.getByRole('button', { name: 'Write the label files' }).click();
  await expect(page.getByRole('heading', { name: /ready to train|Ready to train/ })).toBeVisible();
  const again = ['train', 'val', 'test'].map((split) =>
    readFileSync(path.join(folder, `${split}.txt`), 'utf8')
      .trim()
      .split('\n'),
  );
  expect(again.map((lines) => lines.length)).toEqual([28, 6, 6]);
  expect(again.flat().sort()).toEqual(all.trim().split('\n').sort());
});
