import { describe, expect, test } from 'vitest';
import type { Split } from '../../../shared/contract/dataset.ts';
import { createQuestions } from './questions.ts';
import { askEmptySplits, keepsSplits } from './splitQuestions.ts';

const entries = (...named: (Split | null)[]) => named.map((split, i) => ({ path: `${i}.jpg`, labels: [], split }));
const lists = (train: number, val: number, test: number) => ({
  train: entries(...new Array<Split>(train).fill('train')),
  val: entries(...new Array<Split>(val).fill('val')),
  test: entries(...new Array<Split>(test).fill('test')),
});

describe('splits of the source are kept', () => {
  test.each([
    [entries(null, null), {}, false, []],
    [entries('train', null), {}, false, ['splits: shares']], // A single split leaves nothing to keep.
    [entries('train', 'val', null), {}, true, ['splits: source']],
    [entries('train', 'val'), { splits: 'shares' }, false, ['splits: shares']],
    [entries('train', 'train'), { splits: 'source' }, true, ['splits: source']],
  ])('case %#', (given, answers, kept, asked) => {
    const questions = createQuestions(answers);
    expect(keepsSplits(given, questions)).toBe(kept);
    expect(questions.asked.map(({ id, answer }) => `${id}: ${answer}`)).toEqual(asked);
  });

  test('if the user agrees', () => {
    const questions = createQuestions({});
    keepsSplits(entries('train', 'val'), questions);
    expect(questions.asked).toMatchObject([
      {
        id: 'splits',
        text: { code: 'importQuestion.sourceSplits' },
        choices: [
          { value: 'source', text: { code: 'importQuestion.sourceSplitsKept' } },
          { value: 'shares', text: { code: 'importQuestion.sourceSplitsIgnored' } },
        ],
        answer: 'source',
      },
    ]);
  });
});

describe('a split that the source leaves empty', () => {
  const ask = async (counts: [number, number, number], answers: Record<string, string>) => {
    const questions = createQuestions(answers);
    keepsSplits(entries('train', 'val'), questions);
    const moves: string[] = [];
    await askEmptySplits(lists(...counts), questions, async (donor, receiver, part) => {
      moves.push(`${part} of ${donor} to ${receiver}`);
    });
    return { moves, asked: questions.asked.slice(1) };
  };

  test('is an open question: half of val, 15% of train, or nothing', async () => {
    const { asked, moves } = await ask([4, 2, 0], {});
    expect(asked).toMatchObject([
      {
        id: 'empty:test',
        text: { text: 'The source has no test images. Take them from another split?' },
        choices: [
          { value: 'train', text: { text: '15% of train' } },
          { value: 'val', text: { text: 'Half of val' } },
          { value: 'none', text: { text: 'No: test stays empty for now' } },
        ],
        answer: null,
      },
    ]);
    // While the question is open, the plan follows the first choice.
    expect(moves).toEqual(['0.15 of train to test']);
  });

  test.each<[[number, number, number], Record<string, string>, moves: string[]]>([
    [[4, 2, 0], { 'empty:test': 'val' }, ['0.5 of val to test']],
    [[4, 2, 0], { 'empty:test': 'train' }, ['0.15 of train to test']],
    [[4, 2, 0], { 'empty:test': 'none' }, []],
    [[0, 4, 4], { 'empty:train': 'test' }, ['0.5 of test to train']],
    [[4, 0, 0], { 'empty:val': 'train', 'empty:test': 'none' }, ['0.15 of train to val']],
    [[4, 2, 1], {}, []], // No split is empty.
    [[4, 2, 0], { splits: 'shares' }, []], // The shares fill every split.
    [[1, 1, 0], {}, []], // No split has an image to spare.
  ])('of %j with the answers %j gets %j', async (counts, answers, moves) =>
    expect((await ask(counts, answers)).moves).toEqual(moves),
  );

  test('may take images only from splits that have more than one', async () => {
    const { asked } = await ask([2, 1, 0], {});
    expect(asked.map(({ choices }) => choices.map(({ value }) => value))).toEqual([['train', 'none']]);
    const half = await ask([0, 2, 2], {});
    expect(half.asked.map(({ choices }) => choices.map(({ text }) => text.text))).toEqual([
      ['Half of val', 'Half of test', 'No: train stays empty for now'],
    ]);
  });
});
