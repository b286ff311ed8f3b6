import type { z } from 'zod';
import type { Message } from './message.ts';
import { message, quoted } from './message.ts';

/**
 * What is wrong with a value, as a sentence about `field`: the setting's key in files and on the command line, its name
 * in the interface.
 */
export function fieldError(issue: z.core.$ZodIssue, field: string): Message {
  switch (issue.code) {
    case 'too_small':
      return message(issue.inclusive === false ? 'fieldError.moreThan' : 'fieldError.atLeast', {
        field,
        limit: Number(issue.minimum),
      });
    case 'too_big':
      return message(issue.inclusive === false ? 'fieldError.lessThan' : 'fieldError.atMost', {
        field,
        limit: Number(issue.maximum),
      });
    case 'invalid_value':
      return message('fieldError.oneOf', { field, values: issue.values.map(String) });
    case 'invalid_type':
      return wrongType(issue.expected, field);
    default:
      return message('fieldError.invalid', { field, reason: reasonOf(issue) });
  }
}

function wrongType(expected: string, field: string): Message {
  switch (expected) {
    case 'int':
      return message('fieldError.wholeNumber', { field });
    case 'number':
      return message('fieldError.number', { field });
    case 'boolean':
      return message('fieldError.trueOrFalse', { field });
    case 'array':
    case 'tuple':
      return message('fieldError.list', { field });
    case 'object':
      return message('fieldError.map', { field });
    default:
      return message('fieldError.text', { field });
  }
}

/** The parameters of a schema's own rule, from which `fieldError` takes the reason. */
export const because = (reason: Message): { message: string; params: { reason: Message } } => ({
  message: reason.text,
  params: { reason },
});

function reasonOf(issue: z.core.$ZodIssue): Message {
  const reason: unknown = issue.code === 'custom' ? issue.params?.reason : undefined;
  return (reason as Message | undefined) ?? quoted(issue.message);
}

/** The parser's own words without the position and the lines that it quotes. */
export const yamlReason = ({ message: text }: Error): string => text.split(/ at line |\n/)[0]!;
