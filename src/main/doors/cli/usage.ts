import type { Argument, Command, CommanderError, Option } from 'commander';
import { t } from './wording.ts';

/** Commander's own texts in the language of the command line. */

const titles: Readonly<Record<string, string>> = {
  'Usage:': t('cli.helpUsage'),
  'Arguments:': t('cli.helpArguments'),
  'Options:': t('cli.helpOptions'),
  'Global Options:': t('cli.helpOptions'),
  'Commands:': t('cli.helpCommands'),
};

/** Translates the help of a command. Its subcommands inherit this, so it must be called before they are added. */
export const translateHelp = (command: Command): Command =>
  command
    .helpOption('-h, --help', t('cli.optionHelp'))
    .helpCommand('help [command]', t('cli.commandHelp'))
    .configureHelp({
      styleTitle: (title) => titles[title] ?? title,
      styleUsage: withPlaceholders,
      styleSubcommandTerm: withPlaceholders,
      argumentDescription: (argument) => [argument.description, ...notesOf(argument)].join(' '),
      optionDescription: (option) => [option.description, ...notesOf(option)].join(' '),
    })
    // `usageError` is printed instead of Commander's own message.
    .configureOutput({ outputError: () => undefined });

const withPlaceholders = (usage: string): string =>
  usage.replace('[options]', t('cli.helpAnyOptions')).replace('[command]', t('cli.helpAnyCommand'));

function notesOf({ argChoices, defaultValue }: Option | Argument): string[] {
  const notes = [
    ...(argChoices === undefined ? [] : [t('cli.helpChoices', { choices: argChoices.join(', ') })]),
    ...(typeof defaultValue === 'string' || typeof defaultValue === 'number'
      ? [t('cli.helpDefault', { value: String(defaultValue) })]
      : []),
  ];
  return notes.length === 0 ? [] : [`(${notes.join(', ')})`];
}

/** Commander's errors name the option, argument or command, and its value, in quotes. */
export function usageError({ code, message }: CommanderError): string {
  const [name = '', value = ''] = [...message.matchAll(/'([^']*)'/g)].map(([, quoted]) => quoted!);
  switch (code) {
    case 'commander.unknownOption':
      return t('cli.unknownOption', { name });
    case 'commander.unknownCommand':
      return t('cli.unknownCommand', { name });
    case 'commander.missingArgument':
      return t('cli.missingArgument', { name });
    case 'commander.missingMandatoryOptionValue':
      return t('cli.missingOption', { name });
    case 'commander.optionMissingArgument':
      return t('cli.missingValue', { name });
    case 'commander.excessArguments':
      return t('cli.excessArguments');
    case 'commander.invalidArgument':
      return t('cli.invalidValue', { name, value, reason: reasonOf(message) });
    default:
      return message.replace(/^error: /, '');
  }
}

function reasonOf(message: string): string {
  const reason = /' is invalid\. (.*)$/s.exec(message)?.[1] ?? '';
  const choices = /^Allowed choices are (.*)\.$/.exec(reason)?.[1];
  return choices === undefined ? reason : t('cli.allowedChoices', { choices });
}
