import { expect, openSample, rail, startStudio, startTinyRun, test, tinySettings } from './studio.ts';

test('the server is killed in the middle of a run: the next one goes on with it by itself', async ({
  page,
  studio,
}) => {
  await openSample(page, studio);
  await startTinyRun(page, tinySettings);
  await expect(page.getByRole('button', { name: /^Student.*left$/ })).toBeVisible({ timeout: 0 });
  await studio.kill();
  await expect(page.getByText('Reconnecting…')).toBeVisible();
  const again = await studio.restart();
  try {
    await page.goto(again.url);
    await page
      .getByRole('button', { name: /Sample/ })
      .first()
      .click();
    await rail(page, 'Train').click();
    // However slow the machine: it is the test's own limit that ends the wait.
    await expect(page.getByRole('heading', { name: /Run 1 is done/ })).toBeVisible({ timeout: 0 });
    // It went on: one run, its teacher was not trained twice.
    await expect(page.getByRole('combobox', { name: 'Run' })).toHaveCount(0);
  } finally {
    await again.kill();
  }
});

test('two windows show the same state: settings, edits saved in one, runs started in the other', async ({
  page,
  studio,
  context,
}) => {
  await openSample(page, studio);
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.getByRole('gridcell').first()).toBeVisible();
  await page.getByRole('gridcell').first().dblclick();
  await page.getByRole('checkbox', { name: 'melon' }).click();
  await page.keyboard.press('Control+s');
  await expect(page.getByText('All saved')).toBeVisible();
  await other.getByRole('gridcell').first().dblclick();
  await expect(other.getByRole('checkbox', { name: 'melon' })).toBeChecked();
  await startTinyRun(other);
  await rail(page, 'Train').click();
  await expect(page.getByRole('heading', { name: /Run 1|better/ })).toBeVisible();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Stop now' }).click();
  // Or it was stopped before its first stage.
  await expect(other.getByRole('heading', { name: /^Run 1 (is stopped|has not started)\.$/ })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
});

test('two studios at once: each has its own port and its own key', async ({ page, studio }) => {
  const other = await startStudio();
  try {
    await page.goto(studio.url);
    const foreign = new URL(other.url);
    foreign.searchParams.set('token', new URL(studio.url).searchParams.get('token')!);
    const response = await page.request.get(foreign.href);
    expect(response.status()).toBe(401);
  } finally {
    await other.kill();
  }
});

test('a window whose key another studio at its address does not know says what to open', async ({ page, studio }) => {
  await openSample(page, studio);
  // The restarted studio.
  await page.route('**/api/**', (route) => route.fulfill({ status: 401, body: 'unknown key' }));
  await studio.kill();
  await expect(page.getByRole('contentinfo').getByText('Open the address that it printed.')).toBeVisible();
});

test('a window from before an update, whose screens are gone from the disk, starts anew at the same place', async ({
  page,
  studio,
}) => {
  await openSample(page, studio);
  await page.route('**/TrainScreen-*.js', (route) => route.fulfill({ status: 404 }), { times: 1 });
  await rail(page, 'Train').click();
  await expect(page.getByRole('radio', { name: /Sample/ })).toBeVisible({ timeout: 0 });
  await expect(page.getByRole('alert')).toHaveCount(0);
});
