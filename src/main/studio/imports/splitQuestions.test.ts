import { describe, expect, test } from 'vitest';
import type { Split } from '../../../shared/contract/dataset.ts';
import { createQuestions } from './questions.ts';
import { askTestSplit, keepsSplits } from './splitQuestions.ts';

const entries = (...named: (Split | null)[]) => named.map((split, i) => ({ path: `${i}.jpg`, labels: [], split }));
const lists = (train: number, val: number, test: number) => ({
  train: entries(...new Array<Split>(train).fill('train')),
  val: entries(...new Array<Split>(val).fill('val')),
  test: entries(...new Array<Split>(test).fill('test')),
});

describe('splits of the source are kept', () => {
  test.each([
    [entries(null, null), {}, false, []],
    [entries('train', null), {}, false, ['splits: shares']], // One split is no split.
    [entries('train', 'val', null), {}, true, ['splits: source']],
    [entries('train', 'val'), { splits: 'shares' }, false, ['splits: shares']],
    [entries('train', 'train'), { splits: 'source' }, true, ['splits: source']],
  ])('case %#', (given, answers, kept, asked) => {
    const questions = createQuestions(answers);
    expect(keepsSplits(given, questions)).toBe(kept);
    expect(questions.asked.map(({ id, answer }) => `${id}: ${answer}`)).toEqual(asked);
  });

  test('with both choices named', () => {
    const questions = createQuestions({});
    keepsSplits(entries('train', 'val'), questions);
    expect(questions.asked).toEqual([
      {
        id: 'splits',
        text: 'The source names splits. Are they kept?',
        choices: [
          { value: 'source', text: 'As in the source; the shares apply to the other images' },
          { value: 'shares', text: 'Split all images again by the shares' },
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
    await askTestSplit(lists(...counts), questions, async (donor, receiver, part) => {
      moves.push(`${part} of ${donor} to ${receiver}`);
    });
    return { moves, asked: questions.asked.slice(1) };
  };

  test('is an open question: half of val, 15 % of train, or nothing', async () => {
    const { asked, moves } = await ask([4, 2, 0], {});
    expect(asked).toEqual([
      {
        id: 'empty:test',
        text: 'The source has no test images. Where do they come from?',
        choices: [
          { value: 'train', text: '15 % of train' },
          { value: 'val', text: 'Half of val' },
          { value: 'none', text: 'From nowhere yet: test stays empty' },
        ],
        answer: null,
      },
    ]);
    // The plan shows the first choice.
    expect(moves).toEqual(['0.15 of train to test']);
  });

  test.each<[[number, number, number], Record<string, string>, moves: string[]]>([
    [[4, 2, 0], { 'empty:test': 'val' }, ['0.5 of val to test']],
    [[4, 2, 0], { 'empty:test': 'train' }, ['0.15 of train to test']],
    [[4, 2, 0], { 'empty:test': 'none' }, []],
    [[0, 4, 4], { 'empty:train': 'test' }, ['0.5 of test to train']],
    [[4, 0, 0], { 'empty:val': 'train', 'empty:test': 'none' }, ['0.15 of train to val']],
    [[4, 2, 1], {}, []], // None is empty.
    [[4, 2, 0], { splits: 'shares' }, []], // The shares fill every split.
    [[1, 1, 0], {}, []], // Nobody has an image to give away.
  ])('of %j with the answers %j: %j', async (counts, answers, moves) =>
    expect((await ask(counts, answers)).moves).toEqual(moves),
  );

  test('gets from the splits that have more than one image', async () => {
    const { asked } = await ask([2, 1, 0], {});
    expect(asked.map(({ choices }) => choices.map(({ value }) => value))).toEqual([['train', 'none']]);
    const half = await ask([0, 2, 2], {});
    expect(half.asked.map(({ choices }) => choices.map(({ text }) => text))).toEqual([
      ['Half of val', 'Half of test', 'From nowhere yet: train stays empty'],
    ]);
  });
});
