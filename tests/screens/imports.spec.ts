import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from './studio.ts';

test('an import asks what the table leaves open, and shows what it drops', async ({ page, studio }) => {
  const folder = path.join(studio.home, 'Orchard');
  mkdirSync(folder);
  for (let i = 0; i < 8; i++)
    await sharp({ create: { width: 32, height: 24, channels: 3, background: { r: 30 * i, g: 90, b: 60 } } })
      .png()
      .toFile(path.join(folder, `${i}.png`));
  writeFileSync(
    path.join(folder, 'labels.csv'),
    'image,labels,is_valid\n' +
      ['apple', 'pear', 'apple', 'pear', 'apple', 'pear', 'apple']
        .map((label, i) => `${i}.png,"${label}, ripe",${i > 4 ? 'True' : 'False'}\n`)
        .join('') +
      'gone.png,"fig, ripe",False\n',
  );
  await page.goto(studio.url);
  await page.getByRole('button', { name: 'Open a folder' }).click();
  await page.getByRole('textbox', { name: 'Path' }).fill(folder);
  await page.getByRole('dialog').getByRole('button', { name: 'Open this folder' }).click();
  const write = page.getByRole('button', { name: 'Write the label files' });
  await expect(page.getByRole('radiogroup', { name: /The source has no test images/ })).toBeVisible();
  await expect(write).toBeDisabled();
  await page.getByText('Image that is not in the folder: 1').click();
  await expect(page.getByText('labels.csv:9: gone.png')).toBeVisible();
  await page.getByRole('radio', { name: '15% of train' }).check();
  await page.getByRole('radio', { name: 'Nothing: each cell is one label' }).check();
  await expect(page.getByText(/Class that disappears/)).toBeVisible();
  await expect(write).toBeDisabled();
  expect(existsSync(path.join(folder, 'train.txt'))).toBe(false);
  await page.getByRole('radio', { name: 'Import without it' }).check();
  await expect(write).toBeEnabled();
  await write.click();
  await expect(page.getByRole('button', { name: 'Write the label files' })).toHaveCount(0);
  expect(readFileSync(path.join(folder, 'val.txt'), 'utf8')).toBe(
    '5.png\t"""pear, ripe"""\n6.png\t"""apple, ripe"""\n',
  );
});
