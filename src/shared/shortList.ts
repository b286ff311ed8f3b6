import type { Message } from './message.ts';
import { message } from './message.ts';

/** 'a, b', or 'a, b and 3 more' when there are more than `most`. */
export function cutList(items: readonly string[], most: number): string | Message {
  const shown = items.slice(0, most).join(', ');
  const rest = items.length - most;
  return rest > 0 ? message('list.andMore', { items: shown, count: rest }) : shown;
}

/** Enough to recognize the ones that matter; a longer list would hide the sentence it is in. */
const MOST_NAMED = 10;

/** All names, or the first ones and how many more there are. */
export const shortList = (names: readonly string[]): string | Message =>
  names.length <= MOST_NAMED ? message('list.all', { items: names }) : cutList(names, MOST_NAMED);
