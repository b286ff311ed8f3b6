import type { Split } from '../../../shared/contract/dataset.ts';
import { splits } from '../../../shared/contract/dataset.ts';
import type { Entry } from './entries.ts';
import type { Questions } from './questions.ts';

/** Whether the splits that the source names are kept. A source that names one split only has no split to keep. */
export function keepsSplits(entries: readonly Entry[], questions: Questions): boolean {
  const named = new Set(entries.flatMap(({ split }) => split ?? []));
  if (named.size === 0) return false;
  const answer = questions.ask({
    id: 'splits',
    text: 'The source names splits. Are they kept?',
    choices: [
      { value: 'source', text: 'As in the source; the shares apply to the other images' },
      { value: 'shares', text: 'Split all images again by the shares' },
    ],
    assumed: named.size > 1 ? 'source' : 'shares',
  });
  return answer === 'source';
}

/** A model that is chosen on val needs test images of its own. If the source has none, the user says where from. */
export async function askTestSplit(
  lists: Readonly<Record<Split, readonly Entry[]>>,
  questions: Questions,
  move: (donor: Split, receiver: Split, part: number) => Promise<void>,
): Promise<void> {
  if (!questions.asked.some(({ id, answer }) => id === 'splits' && answer === 'source')) return;
  for (const receiver of splits.filter((split) => lists[split].length === 0)) {
    const donors = splits.filter((split) => lists[split].length > 1);
    if (donors.length === 0) return;
    const answer = questions.ask({
      id: `empty:${receiver}`,
      text: `The source has no ${receiver} images. Where do they come from?`,
      choices: [
        ...donors.map((donor) => ({
          value: donor,
          text: receiver === 'train' ? `Half of ${donor}` : donor === 'train' ? '15 % of train' : `Half of ${donor}`,
        })),
        { value: 'none' as const, text: `From nowhere yet: ${receiver} stays empty` },
      ],
      assumed: null,
    });
    if (answer !== 'none') await move(answer, receiver, answer === 'train' ? 0.15 : 0.5);
  }
}
