import { Command, CommanderError, Option } from 'commander';
import { languages } from '../../../shared/locales/translate.ts';
import { toProblemData } from '../../../shared/problem.ts';
import { productVersion } from '../../studio/system/version.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addEngineCommands } from './commands/engine.ts';
import { addEvaluationCommands } from './commands/evaluation.ts';
import { addLearningRateCommand } from './commands/learningRate.ts';
import { addMachineCommands } from './commands/machine.ts';
import { addProjectCommands } from './commands/project.ts';
import { addRunCommands } from './commands/runs.ts';
import { addServeCommand } from './commands/serve.ts';
import { addWeightsCommands } from './commands/weights.ts';
import { EXIT, exitCodeOf } from './exitCodes.ts';
import { output, print, printError } from './output.ts';
import { translateHelp, usageError } from './usage.ts';
import { said, t } from './wording.ts';

/** The command line is a door to the studio. It loads no native engine; jobs do the work in their own processes. */
const program = translateHelp(new Command('destila'))
  .description(t('cli.product'))
  .version(productVersion, '-V, --version', t('cli.optionVersion'))
  // `wording.ts` reads this option itself. It is declared here for the help and the check of its value.
  .addOption(new Option('--language <language>', t('cli.optionLanguage')).choices(languages))
  .exitOverride()
  .addHelpText('after', `\n${t('cli.exitCodes', EXIT)}`);

addProjectCommands(program);
addRunCommands(program);
addEvaluationCommands(program);
addLearningRateCommand(program);
addMachineCommands(program);
addEngineCommands(program);
addWeightsCommands(program);
addDemoCommand(program);
addServeCommand(program);

/** With --json, problems are JSON as well, in English with their code and parameters. */
function showProblem(error: unknown): void {
  const problem = toProblemData(error);
  if (process.argv.includes('--json')) {
    print(`${JSON.stringify({ type: 'failed', problem })}\n`);
    return;
  }
  const text = said(problem);
  printError(`${problem.kind === 'cancelled' ? text : t('cli.error', { text })}\n`);
  const showDetail =
    problem.detail !== undefined && (problem.kind === 'internal' || process.env.DESTILA_DEBUG !== undefined);
  if (showDetail) printError(`${problem.detail}\n`);
}

/** Commander has already printed the help or the version, for which its exit code is 0. */
function showUsageError(error: CommanderError): void {
  if (error.exitCode === 0 || error.code === 'commander.help') return;
  printError(`${t('cli.error', { text: usageError(error) })}\n${t('cli.seeHelp')}\n`);
}

try {
  await program.parseAsync();
  const fault = output.fault();
  if (fault !== null) throw fault;
} catch (error) {
  if (error instanceof CommanderError) {
    showUsageError(error);
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else {
    showProblem(error);
    process.exitCode = exitCodeOf(toProblemData(error).kind);
  }
}
