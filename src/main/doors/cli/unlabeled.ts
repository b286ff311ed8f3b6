import type { UnlabeledMeaning } from '../../../shared/config.ts';

/** The question that `destila check` asks on a terminal. */
export const unlabeledQuestion = (images: number): string =>
  `${images} ${images === 1 ? 'image has' : 'images have'} no labels. Do they show none of these labels, ` +
  'or are they not labeled yet?\n[1] none of these  [2] not labeled yet  [Enter] decide later:';

/** Null when the reply is no answer: nothing is guessed. */
export function unlabeledReply(reply: string): Exclude<UnlabeledMeaning, 'ask'> | null {
  const text = reply.trim().toLowerCase().replaceAll('_', ' ');
  if (text === '1' || text === 'none of these') return 'none_of_these';
  if (text === '2' || text === 'not labeled yet') return 'not_labeled_yet';
  return null;
}
