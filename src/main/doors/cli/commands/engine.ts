import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { Problem } from '../../../../shared/problem.ts';
import { engineKinds } from '../../../pipeline/engine/registry.ts';
import type { InstallContext } from '../../../studio/engines/installer.ts';
import { installers } from '../../../studio/engines/installers.ts';
import { enginesFolder } from '../../../studio/state/places.ts';
import { downloadStatus } from '../downloadStatus.ts';
import { clearStatus, print, printError, showStatus } from '../output.ts';
import { said, t } from '../wording.ts';

interface InstallOptions {
  readonly yes: boolean;
  readonly proxy?: string;
}

const names = installers.map(({ name }) => name);

export function addEngineCommands(program: Command): void {
  const engine = program.command('engine').description(t('cli.engine'));
  engine.command('list').description(t('cli.engineList')).option('--json', t('cli.optionJson'), false).action(list);
  engine
    .command('install')
    .description(t('cli.engineInstall', { names: names.join(', ') }))
    .argument('<name>', names.join(', '))
    .option('--yes', t('cli.engineYes'), false)
    .option('--proxy <address>', t('cli.optionProxy'))
    .action(install);
}

async function list({ json }: { json: boolean }): Promise<void> {
  const engines = await Promise.all(
    engineKinds.map(async (kind) => ({ name: kind.name, missing: await kind.missing(enginesFolder()) })),
  );
  if (json) {
    print(`${JSON.stringify({ folder: enginesFolder(), engines })}\n`);
    return;
  }
  const lines = engines.map(({ name, missing }) => {
    const state = missing === null ? t('cli.engineComplete') : said(missing.message);
    const fix = missing?.fix == null ? '' : ` ${t('cli.fix', { command: said(missing.fix) })}`;
    return `${name.padEnd(12)} ${state}${fix}`;
  });
  print(`${lines.join('\n')}\n\n${t('cli.enginesFolder', { folder: enginesFolder() })}\n`);
}

async function install(name: string, { yes, proxy }: InstallOptions): Promise<void> {
  const installer = installers.find((each) => each.name === name);
  if (installer === undefined) throw new Problem('config.installerUnknown', { name, names });
  const stop = new AbortController();
  const context: InstallContext = {
    enginesFolder: enginesFolder(),
    proxy: proxy ?? null,
    signal: stop.signal,
    onProgress: (done, total) => {
      if (process.stderr.isTTY) showStatus(downloadStatus(done, total));
    },
    onStage: (activity) => {
      clearStatus();
      printError(`  ${said(activity)}\n`);
    },
  };
  process.once('SIGINT', () => stop.abort());
  print(`${(await installer.explain(context)).map(said).join('\n')}\n`);
  if (!yes && !(await isConfirmed())) throw new Problem('cancelled.notConfirmed');
  const folder = await installer.install(context);
  clearStatus();
  print(`${t('cli.engineInstalled', { folder })}\n`);
}

/** False if nobody can answer. */
async function isConfirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`${t('cli.engineQuestion')} `).finally(() => prompt.close());
  return /^(y(es)?|s(í|i)?)$/i.test(answer.trim());
}
