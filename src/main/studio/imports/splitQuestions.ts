import type { Split } from '../../../shared/contract/dataset.ts';
import { splits } from '../../../shared/contract/dataset.ts';
import { message } from '../../../shared/message.ts';
import type { Entry } from './entries.ts';
import type { Questions } from './questions.ts';

/** Asks whether to keep the splits of the source. If it names only one split, the shares are assumed instead. */
export function keepsSplits(entries: readonly Entry[], questions: Questions): boolean {
  const named = new Set(entries.flatMap(({ split }) => split ?? []));
  if (named.size === 0) return false;
  const answer = questions.ask({
    id: 'splits',
    text: message('importQuestion.sourceSplits'),
    choices: [
      { value: 'source', text: message('importQuestion.sourceSplitsKept') },
      { value: 'shares', text: message('importQuestion.sourceSplitsIgnored') },
    ],
    assumed: named.size > 1 ? 'source' : 'shares',
  });
  return answer === 'source';
}

/** Of train, which has far more images than the other splits need. */
const PART_OF_TRAIN = 0.15;

/** Asks where the images of an empty split should come from: a model chosen on val needs a test split of its own. */
export async function askEmptySplits(
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
      text: message('importQuestion.emptySplit', { split: receiver }),
      choices: [
        ...donors.map((donor) => ({
          value: donor,
          text:
            donor === 'train'
              ? message('importQuestion.emptySplitPart', { percent: PART_OF_TRAIN * 100 })
              : message('importQuestion.emptySplitHalf', { split: donor }),
        })),
        { value: 'none' as const, text: message('importQuestion.emptySplitStays', { split: receiver }) },
      ],
      assumed: null,
    });
    if (answer !== 'none') await move(answer, receiver, answer === 'train' ? PART_OF_TRAIN : 0.5);
  }
}
