import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { Problem } from '../../../shared/problem.ts';

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
      if (!existsSync(path.join(import.meta.dirname, '..', '..', '..', '..', 'out', 'renderer', 'index.html')))
        throw new Problem('config', 'The screens have not been built yet: run `npm run build` once.');
      const { serve } = await import('../../serve.ts');
      const server = await serve(number).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE')
          throw new Problem('busy', `Port ${port} is in use, maybe by another studio. Choose another with --port.`);
        throw error;
      });
      process.stdout.write(
        `Destila Studio is open at\n\n  ${server.url}\n\nCtrl+C closes it; a run that is going on stops at a checkpoint and goes on next time. Ctrl+C once more ends it at once.\n`,
      );
      const close = (): void => {
        process.stdout.write('\nClosing...\n');
        void server.close('stop').then(() => process.exit(0));
      };
      process.once('SIGINT', close);
      process.once('SIGTERM', close);
    });
}
