import { expect, test } from '@playwright/test';
import type { ElectronApplication, Page } from '@playwright/test';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { newHome, openDesktop, tinyProject } from './app.ts';

const home = newHome();
let app: ElectronApplication;
let page: Page;

test.beforeAll(async () => {
  ({ app, page } = await openDesktop(home));
});

test.afterAll(async () => {
  // Closing would ask what becomes of a run that a failed test left behind.
  app.process().kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

test('the window holds the studio over its own protocol, and nothing of Node', async () => {
  await expect(page.getByRole('button', { name: /Try the sample/ })).toBeVisible();
  expect(page.url()).toMatch(/^destila:\/\/studio\//);
  expect(
    await page.evaluate(
      `[typeof globalThis.require, typeof globalThis.process, Object.keys(window.destila).sort().join()]`,
    ),
  ).toEqual(['undefined', 'undefined', 'call,chooseFolder,listen,pathOf']);
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const { sandbox, contextIsolation, nodeIntegration } = (
      BrowserWindow.getAllWindows()[0]!.webContents as unknown as { getLastWebPreferences(): Electron.WebPreferences }
    ).getLastWebPreferences();
    return { sandbox, contextIsolation, nodeIntegration };
  });
  expect(preferences).toEqual({ sandbox: true, contextIsolation: true, nodeIntegration: false });
});

test('the sample is drawn and opens', async () => {
  await page.getByRole('button', { name: /Try the sample/ }).click();
  await expect(page.getByRole('heading', { name: /1,160 images/ })).toBeVisible({ timeout: 300_000 });
});

test('from a folder of the menu to a checked bundle', async () => {
  const folder = path.join(home, 'Photos');
  await tinyProject(folder, 1);
  await app.evaluate(({ dialog, Menu }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    const items = Menu.getApplicationMenu()!.items.flatMap(({ submenu }) => submenu?.items ?? []);
    items.find(({ label }) => label === 'Open a folder…')!.click();
  }, folder);
  await expect(page.getByRole('heading', { name: /24 images/ })).toBeVisible();
  await page.getByRole('navigation').getByRole('button', { name: 'Train' }).click();
  await page.getByRole('button', { name: /^Start Run/ }).click();
  await page.getByRole('heading', { name: /Run 1 is done/ }).waitFor({ timeout: 550_000 });
  await page.getByRole('navigation').getByRole('button', { name: 'Export' }).click();
  await expect(page.getByRole('heading', { name: /The file is faithful/ })).toBeVisible();
});

// The last tests that use the page's buttons lie above: Playwright goes on waiting for a navigation that was denied.
test('no way out: no navigation, no new window, no permission', async () => {
  await page.evaluate(`void (location.href = 'https://example.com/')`);
  expect(page.url()).toMatch(/^destila:/);
  expect(await page.evaluate(`window.open('https://example.com/')`)).toBeNull();
  expect(await page.evaluate(`Notification.requestPermission()`)).toBe('denied');
});

test('no file but those of open projects', async () => {
  for (const address of [
    'destila://studio/../package.json',
    'destila://studio/..%2f..%2fpackage.json',
    'destila://studio/image/none?kind=photo&path=/etc/passwd',
    'destila://other/',
  ]) {
    expect(
      await page.evaluate(
        (target) =>
          fetch(target).then(
            ({ status }) => status,
            () => 0,
          ),
        address,
      ),
    ).not.toBe(200);
  }
});
