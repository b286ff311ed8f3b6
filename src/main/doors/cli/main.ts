import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { toProblemData } from '../../../shared/problem.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addEngineCommands } from './commands/engine.ts';
import { addJudgingCommands } from './commands/judging.ts';
import { addLearningRateCommand } from './commands/learningRate.ts';
import { addMachineCommands } from './commands/machine.ts';
import { addProjectCommands } from './commands/project.ts';
import { addRunCommands } from './commands/runs.ts';
import { addServeCommand } from './commands/serve.ts';
import { addWeightsCommands } from './commands/weights.ts';
import { EXIT, exitCodeOf } from './exitCodes.ts';
import { output, print, printError } from './output.ts';

/** The command line: a door to the studio. It loads no native engine; jobs do the work in processes of their own. */
const { version } = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('destila')
  .description('Turns a folder of labelled photos into a phone-sized INT8 model.')
  .version(version)
  .showHelpAfterError('(destila --help shows how)')
  .exitOverride()
  .addHelpText(
    'after',
    `
Exit codes: ${EXIT.ok} done, ${EXIT.failed} failed, ${EXIT.usage} wrong use or settings, ${EXIT.data} data to put right, ${EXIT.check} a check found something, ${EXIT.busy} in use elsewhere, ${EXIT.cancelled} cancelled.`,
  );

addProjectCommands(program);
addRunCommands(program);
addJudgingCommands(program);
addLearningRateCommand(program);
addMachineCommands(program);
addEngineCommands(program);
addWeightsCommands(program);
addDemoCommand(program);
addServeCommand(program);

/** --json promises JSON for what goes wrong as well. */
function showProblem(error: unknown): void {
  const problem = toProblemData(error);
  if (process.argv.includes('--json')) {
    print(`${JSON.stringify({ type: 'failed', problem })}\n`);
    return;
  }
  printError(`${problem.kind === 'cancelled' ? '' : 'error: '}${problem.message}\n`);
  const showDetail =
    problem.detail !== undefined && (problem.kind === 'internal' || process.env.DESTILA_DEBUG !== undefined);
  if (showDetail) printError(`${problem.detail}\n`);
}

try {
  await program.parseAsync();
  const fault = output.fault();
  if (fault !== null) throw fault;
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else {
    showProblem(error);
    process.exitCode = exitCodeOf(toProblemData(error).kind);
  }
}
