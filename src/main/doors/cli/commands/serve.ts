import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { Problem } from '../../../../shared/problem.ts';
import { onStopSignals } from '../../../jobs/stopSignals.ts';
import { EXIT } from '../exitCodes.ts';

/** The studio in the browser, for machines without a desktop and for those who like it so. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('open the studio in the browser; it answers this machine only')
    .option('--port <port>', 'port on 127.0.0.1; 0 takes a free one', '4600')
    .action(async ({ port }: { port: string }) => {
      const number = Number(port);
      if (!Number.isInteger(number) || number < 0 || number > 65535)
        throw new Problem('config', `--port ${port}: a number from 0 to 65535.`);
      if (!existsSync(path.join(import.meta.dirname, '..', '..', '..', '..', '..', 'out', 'renderer', 'index.html')))
        throw new Problem('config', 'The screens have not been built yet: run `npm run build` once.');
      const { serve } = await import('../../http/serve.ts');
      const server = await serve(number).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE')
          throw new Problem('busy', `Port ${port} is in use, maybe by another studio. Choose another with --port.`);
        throw error;
      });
      process.stdout.write(
        `Destila Studio is open at\n\n  ${server.url}\n\nPress Ctrl+C to close it: a running run stops at a checkpoint and resumes next time. Press it again to stop at once.\n`,
      );
      onStopSignals({
        stop: () => {
          process.stdout.write('\nClosing...\n');
          void server.close('stop').then(() => process.exit(EXIT.ok));
        },
        stopNow: () => process.exit(EXIT.cancelled),
      });
    });
}
