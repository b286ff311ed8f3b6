import type { z } from 'zod';

/** What is wrong with a setting, as a sentence about `subject`: 'teacher.batch_size must be at least 1.' */
export function complaint(issue: z.core.$ZodIssue, subject: string): string {
  switch (issue.code) {
    case 'too_small':
      return `${subject} must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}.`;
    case 'too_big':
      return `${subject} must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}.`;
    case 'invalid_value':
      return `${subject} must be one of ${issue.values.join(', ')}.`;
    case 'invalid_type':
      return issue.expected === 'int'
        ? `${subject} must be a whole number.`
        : `${subject} must be of type ${issue.expected}.`;
    default:
      return `${subject} is wrong: ${issue.message}.`;
  }
}

/** The parser's own words, without the place and the lines that it quotes. */
export const yamlReason = ({ message }: Error): string => message.split(/ at line |\n/)[0]!;
