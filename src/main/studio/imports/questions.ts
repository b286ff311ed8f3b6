import type { ImportQuestion, ImportSource } from '../../../shared/contract/dataset.ts';
import type { Message } from '../../../shared/message.ts';

/** What a source leaves open. The questions are shown with the plan, which follows their answers. */
export interface Questions {
  /**
   * Returns the value to use. `assumed` is the answer that the source strongly suggests. If it is null, the question
   * stays open: the plan then follows the first choice, and nothing is written.
   */
  ask<T extends string>(question: Question<T>): T;
  readonly asked: readonly ImportQuestion[];
}

export interface Question<T extends string> {
  readonly id: string;
  readonly text: Message;
  readonly choices: readonly { readonly value: T; readonly text: Message }[];
  readonly assumed: T | null;
}

export function createQuestions(answers: ImportSource['answers']): Questions {
  const given = new Map(Object.entries(answers ?? {}));
  const asked = new Map<string, ImportQuestion>();
  return {
    ask: ({ id, text, choices, assumed }) => {
      const chosen = choices.find(({ value }) => value === given.get(id))?.value ?? assumed;
      // If two files of a set suggest different answers, the user has to decide.
      const before = asked.get(id);
      const answer = before === undefined || before.answer === chosen ? chosen : null;
      asked.set(id, { id, text, choices: choices.map((choice) => ({ ...choice })), answer });
      return chosen ?? choices[0]!.value;
    },
    get asked() {
      return [...asked.values()];
    },
  };
}
