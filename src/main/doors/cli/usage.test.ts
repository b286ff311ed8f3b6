import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { expect, test } from 'vitest';
import { translateHelp, usageError } from './usage.ts';

function program(): Command {
  const root = translateHelp(new Command('destila')).exitOverride();
  root
    .command('eval')
    .argument('<model>', 'a model')
    .addOption(new Option('--split <split>', 'which split').choices(['val', 'test']).default('test'))
    .option('--steps <count>', 'steps', () => {
      throw new InvalidArgumentError('It must be more than 9.');
    })
    .action(() => undefined);
  root
    .command('predict')
    .addArgument(new Argument('<folder>', 'images'))
    .requiredOption('--bundle <bundle>', 'a bundle')
    .action(() => undefined);
  return root;
}

function errorOf(...args: string[]): string {
  try {
    program().parse(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return usageError(error);
    throw error;
  }
  return '';
}

// The tests run in English unless the locale of the environment is Spanish, so they only look for names and values.
test.each([
  [['eval', 'm', '--wrong'], ['--wrong']],
  [['evil'], ['evil']],
  [['eval'], ['model']],
  [['eval', 'm', '--split'], ['--split <split>']],
  [
    ['eval', 'm', '--split', 'train'],
    ['--split <split>', 'train', 'val, test'],
  ],
  [
    ['eval', 'm', '--steps', '3'],
    ['--steps <count>', '3', 'It must be more than 9.'],
  ],
  [['predict', 'f'], ['--bundle <bundle>']],
])('the error for %j names what is wrong', (args, parts) => {
  const text = errorOf(...args);
  expect(text).not.toMatch(/^error/);
  for (const part of parts) expect(text).toContain(part);
});

test('correct use reports no error', () => {
  expect(errorOf('eval', 'm', '--split', 'val')).toBe('');
});
