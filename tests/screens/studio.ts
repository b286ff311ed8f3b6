import { test as base } from '@playwright/test';
import type { Page } from '@playwright/test';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..');

/** The browser door in a process of its own, with a state, a cache and a sample folder of its own. */
export interface RunningStudio {
  readonly url: string;
  readonly home: string;
  readonly sample: string;
  /** As a power cut does it. */
  kill(): Promise<void>;
  /** Starts it again over the same state; the address is a new one. */
  restart(): Promise<RunningStudio>;
}

export async function startStudio(
  home = mkdtempSync(path.join(tmpdir(), 'destila-screens-')),
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningStudio> {
  const sample = path.join(home, 'Sample');
  const child = spawn(
    process.execPath,
    [path.join(root, 'src', 'main', 'doors', 'cli', 'main.ts'), 'serve', '--port', '0'],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
      env: {
        ...process.env,
        HOME: home,
        DESTILA_STATE: path.join(home, 'state'),
        DESTILA_CACHE: path.join(home, 'cache'),
        DESTILA_SAMPLE: sample,
        ...environment,
      },
    },
  );
  const url = await addressOf(child);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL');
    await gone;
  };
  return { url, home, sample, kill, restart: () => startStudio(home, environment) };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const found = /http:\/\/\S+/.exec(text);
      if (found !== null) resolve(found[0]);
    });
    child.once('exit', (code) => reject(new Error(`the studio ended with ${code}: ${text}`)));
  });
}

export const test = base.extend<{ studio: RunningStudio }>({
  studio: async ({ page }, use) => {
    const studio = await startStudio();
    await use(studio);
    await page.close();
    await studio.kill();
    rmSync(studio.home, { recursive: true, force: true });
  },
});
export { expect } from '@playwright/test';

/** Welcome, then the sample: drawn on the spot. */
export async function openSample(page: Page, studio: RunningStudio): Promise<void> {
  await page.goto(studio.url);
  await page.getByRole('button', { name: /Try the sample/ }).click();
  await page.getByRole('heading', { name: /1,160 images/ }).waitFor();
}

export const rail = (page: Page, name: string) =>
  page.getByRole('navigation', { name: /Screens|Pantallas/ }).getByRole('button', { name });

/** Settings with which the sample trains in seconds: the way is tested, not the model. */
export const tinySettings = `seed: 3
teacher: { architecture: efficientnet-b0, input_size: 32, batch_size: 32, epochs_finetune: 2, lr_finetune: 0.003, monitor: macro_ap, early_stopping_patience: 0 }
student: { architecture: efficientnet-lite0, input_size: 32, batch_size: 32, epochs_finetune: 3, lr_finetune: 0.003, monitor: macro_ap, early_stopping_patience: 0 }
qat: { epochs: 1, monitor: macro_ap }
tflite_export: { name: tiny, representative_dataset_size: 32 }
`;

export async function startTinyRun(page: Page, settings = tinySettings): Promise<void> {
  await rail(page, 'Train').click();
  await page.getByRole('textbox', { name: 'Settings as YAML' }).fill(settings);
  await page.getByRole('button', { name: /^(Start|Queue) Run/ }).click();
}
