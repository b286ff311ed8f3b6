import { _electron } from '@playwright/test';
import type { ElectronApplication, Page } from '@playwright/test';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { sandboxArguments, thisMachine } from '../../scripts/electron.ts';

export const root = path.join(import.meta.dirname, '..', '..');
export const binary = process.env.DESTILA_ELECTRON!;
export const sandbox = sandboxArguments(thisMachine(root));

export interface Desktop {
  readonly app: ElectronApplication;
  /** Playwright forgets it when the program has ended. */
  readonly program: ChildProcess;
  readonly page: Page;
  /** Calls the studio as a screen does. */
  call(method: string, input?: object): Promise<unknown>;
}

export const newHome = (): string => mkdtempSync(path.join(tmpdir(), 'destila-desktop-'));

export const environmentOf = (home: string): Record<string, string> => ({
  ...process.env,
  HOME: home,
  DESTILA_STATE: path.join(home, 'state'),
  DESTILA_CACHE: path.join(home, 'cache'),
  DESTILA_SAMPLE: path.join(home, 'Sample'),
});

export async function openDesktop(home: string, args: readonly string[] = []): Promise<Desktop> {
  const app = await _electron.launch({
    executablePath: binary,
    args: [...sandbox, root, ...args],
    env: environmentOf(home),
  });
  const program = app.process();
  const page = await app.firstWindow();
  await page.waitForLoadState('load');
  return {
    app,
    program,
    page,
    call: async (method, input = {}) => {
      const reply = await page.evaluate(`window.destila.call(${JSON.stringify(method)}, ${JSON.stringify(input)})`);
      const { value, problem } = reply as { value?: unknown; problem?: unknown };
      if (problem !== undefined) throw new Error(JSON.stringify(problem));
      return value;
    },
  };
}

/** Closes the window as a person does. The program may end before it can answer. */
export const closeWindow = ({ app }: Desktop): Promise<void> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()).catch(() => undefined);

/** Answers the questions of native dialogs, one after the other, and keeps what they asked. */
export const answerDialogs = ({ app }: Desktop, answers: readonly number[]): Promise<void> =>
  app.evaluate(({ dialog }, given) => {
    const left = [...given];
    const asked: string[] = [];
    Object.assign(globalThis, { asked });
    dialog.showMessageBox = async (...input: unknown[]) => {
      asked.push((input.at(-1) as { message: string }).message);
      return { response: left.shift() ?? 0, checkboxChecked: false };
    };
  }, answers);

/** A folder with a few images of two labels, and settings with which a run takes seconds per epoch. */
export async function tinyProject(folder: string, epochs: number): Promise<void> {
  mkdirSync(path.join(folder, 'images'), { recursive: true });
  const splits = { train: 16, val: 4, test: 4 };
  for (const [split, count] of Object.entries(splits)) {
    const lines: string[] = [];
    for (let i = 0; i < count; i++) {
      const light = i % 2 === 0;
      const color = { r: light ? 200 : 20, g: 10 * i, b: split.length * 20 };
      const name = `images/${split}-${i}.png`;
      await sharp({ create: { width: 48, height: 48, channels: 3, background: color } })
        .png()
        .toFile(path.join(folder, name));
      lines.push(`${name}\t${light ? 'light' : 'dark'}\n`);
    }
    writeFileSync(path.join(folder, `${split}.txt`), lines.join(''));
  }
  writeFileSync(
    path.join(folder, 'destila.yaml'),
    `data: { unlabeled: none_of_these }
engine: { name: onnx-cpu }
teacher: { architecture: efficientnet-lite0, input_size: 32, batch_size: 8, epochs_finetune: ${epochs}, early_stopping_patience: 0 }
student: { architecture: efficientnet-lite0, input_size: 32, batch_size: 8, epochs_finetune: 1 }
`,
  );
}
