import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';

/** The first `most` items and how many more there are, as a parameter for `{{items, list}}`. */
export const firstItems = (items: readonly (string | Message)[], most: number): readonly (string | Message)[] =>
  items.length <= most ? items : [...items.slice(0, most), message('list.more', { count: items.length - most })];
