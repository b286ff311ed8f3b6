import type { ImportQuestion, ImportSource } from '../../../shared/contract/dataset.ts';

/** What a source leaves open. Each question is shown with the plan; the plan follows the answers. */
export interface Questions {
  /**
   * The value to go by. `assumed` is what the source strongly suggests; null leaves the question open: the plan
   * then shows the first choice, and nothing is written.
   */
  ask<T extends string>(question: Question<T>): T;
  readonly asked: readonly ImportQuestion[];
}

export interface Question<T extends string> {
  readonly id: string;
  readonly text: string;
  readonly choices: readonly { readonly value: T; readonly text: string }[];
  readonly assumed: T | null;
}

export function createQuestions(answers: ImportSource['answers']): Questions {
  const given = new Map(Object.entries(answers ?? {}));
  const asked = new Map<string, ImportQuestion>();
  return {
    ask: ({ id, text, choices, assumed }) => {
      const chosen = choices.find(({ value }) => value === given.get(id))?.value ?? assumed;
      // Two files of a set that suggest different answers leave the question open.
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
