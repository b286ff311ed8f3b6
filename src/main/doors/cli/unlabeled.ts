import type { UnlabeledMeaning } from '../../../shared/config.ts';
import type { Translate } from '../../../shared/locales/translate.ts';

/** The question that `destila check` asks on a terminal. */
export const unlabeledQuestion = (images: number, t: Translate): string =>
  t('cli.unlabeledQuestion', { count: images });

/** Null for an unclear reply, because nothing is guessed. The answers are accepted in English as well. */
export function unlabeledReply(reply: string, t: Translate): Exclude<UnlabeledMeaning, 'ask'> | null {
  const text = reply.trim().toLowerCase().replaceAll('_', ' ');
  if (['1', 'none of these', t('cli.noneOfThese')].includes(text)) return 'none_of_these';
  if (['2', 'not labeled yet', t('cli.notLabeledYet')].includes(text)) return 'not_labeled_yet';
  return null;
}
