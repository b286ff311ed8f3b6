import type { Message } from './message.ts';
import { message, quoted } from './message.ts';

/** The default name of a run, as files and the contract store it. */
export const defaultRunName = (number: number): string => `Run ${number}`;

/** A stored name for people: a default name is shown in their language. */
export function runName(stored: string): Message {
  const number = /^Run (\d+)$/.exec(stored)?.[1];
  return number === undefined ? quoted(stored) : message('run.number', { number });
}
