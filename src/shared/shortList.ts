import type { Message } from './message.ts';
import { message } from './message.ts';

/** Enough to recognize the ones that matter; a longer list would hide the sentence it is in. */
const MOST_NAMED = 10;

/** The names, or the first ones and how many more there are. */
export const shortList = (names: readonly string[]): Message =>
  names.length <= MOST_NAMED
    ? message('list.all', { items: names })
    : message('list.andMore', { items: names.slice(0, MOST_NAMED).join(', '), count: names.length - MOST_NAMED });
