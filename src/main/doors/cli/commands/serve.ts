import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { Problem } from '../../../../shared/problem.ts';
import { onStopSignals } from '../../../jobs/stopSignals.ts';
import { EXIT } from '../exitCodes.ts';
import { print } from '../output.ts';
import { t } from '../wording.ts';

const screens = path.join(import.meta.dirname, '..', '..', '..', '..', '..', 'out', 'renderer', 'index.html');

/** The studio in the browser, for machines without a desktop or for people who prefer it. */
export function addServeCommand(program: Command): void {
  program.command('serve').description(t('cli.serve')).option('--port <port>', t('cli.servePort'), '4600').action(open);
}

async function open({ port }: { port: string }): Promise<void> {
  const number = Number(port);
  if (!Number.isInteger(number) || number < 0 || number > 65535) throw new Problem('config.portInvalid', { port });
  if (!existsSync(screens)) throw new Problem('config.screensNotBuilt');
  const { serve } = await import('../../http/serve.ts');
  const server = await serve(number).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new Problem('busy.portInUse', { port });
    throw error;
  });
  print(`${t('cli.serveOpen')}\n\n  ${server.url}\n\n${t('cli.serveClose')}\n`);
  onStopSignals({
    stop: () => {
      print(`\n${t('cli.serveClosing')}\n`);
      void server.close('stop').then(() => process.exit(EXIT.ok));
    },
    stopNow: () => process.exit(EXIT.cancelled),
  });
}
