import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { Problem } from '../../../../shared/problem.ts';
import { engineKinds } from '../../../pipeline/engine/registry.ts';
import type { InstallSurroundings } from '../../../studio/engines/installers.ts';
import { installers } from '../../../studio/engines/installers.ts';
import { enginesFolder } from '../../../studio/state/places.ts';
import { clearStatus, print, printError, showStatus } from '../output.ts';

interface InstallOptions {
  readonly yes: boolean;
  readonly proxy?: string;
}

export function addEngineCommands(program: Command): void {
  const engine = program
    .command('engine')
    .description('what networks are trained on: what there is, and installing more');
  engine
    .command('list')
    .description('the engines, and what each lacks on this machine; `doctor` measures them')
    .option('--json', 'as JSON', false)
    .action(list);
  engine
    .command('install')
    .description(
      `install an engine that npm does not bring (${installers.map(({ name }) => name).join(', ')}); says first what is downloaded, and asks`,
    )
    .argument('<name>', installers.map(({ name }) => name).join(', '))
    .option('--yes', 'do not ask', false)
    .option('--proxy <address>', 'http://name:password@host:port; else HTTPS_PROXY of the environment')
    .action(install);
}

async function list({ json }: { json: boolean }): Promise<void> {
  const engines = await Promise.all(
    engineKinds.map(async (kind) => ({ name: kind.name, missing: await kind.missing(enginesFolder()) })),
  );
  if (json) print(`${JSON.stringify({ folder: enginesFolder(), engines })}\n`);
  else
    print(
      `${engines.map(({ name, missing }) => `${name.padEnd(12)} ${missing === null ? 'nothing is missing' : missing.message.text}${missing?.fix == null ? '' : ` To fix it: ${missing.fix.text}`}`).join('\n')}\n\nInstalled engines: ${enginesFolder()}\n`,
    );
}

async function install(name: string, { yes, proxy }: InstallOptions): Promise<void> {
  const installer = installers.find((each) => each.name === name);
  if (installer === undefined)
    throw new Problem(
      'config',
      `There is no engine '${name}' to install: ${installers.map((each) => each.name).join(', ')}.`,
    );
  const stop = new AbortController();
  const around: InstallSurroundings = {
    enginesFolder: enginesFolder(),
    proxy: proxy ?? null,
    signal: stop.signal,
    onProgress: (done, total) => {
      if (process.stderr.isTTY)
        showStatus(`  ${(done / 1e6).toFixed(1)} MB${total === null ? '' : ` of ${(total / 1e6).toFixed(1)} MB`}`);
    },
    onStage: (text) => {
      clearStatus();
      printError(`  ${text}\n`);
    },
  };
  process.once('SIGINT', () => stop.abort());
  print(`${await installer.explain(around)}\n`);
  if (!yes && !(await agreed())) throw new Problem('cancelled', 'Nothing was downloaded. --yes answers the question.');
  const folder = await installer.install(around);
  clearStatus();
  print(`Installed in ${folder}. 'destila doctor' tries it.\n`);
}

/** Where nobody can answer the answer is no. */
async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question('Download it? [y/N] ').finally(() => prompt.close());
  return /^y(es)?$/i.test(answer.trim());
}
