import type { z } from 'zod';
import type { Contract, Method } from '../../shared/contract/contract.ts';
import { contract } from '../../shared/contract/contract.ts';
import { Problem } from '../../shared/problem.ts';

/** What a handler gets: the defaults of the contract are filled in. */
export type Parsed<M extends Method> = z.output<Contract[M]['input']>;

/** What a screen sent with a method, checked. Throws a Problem for what the contract does not know. */
export function contractInput<M extends Method>(method: M, input: unknown): Parsed<M> {
  const parsed = contract[method].input.safeParse(input);
  if (!parsed.success)
    throw new Problem(
      'internal',
      `The screen asked for ${method} in a way the studio does not know. Reload the window.`,
      parsed.error.message,
    );
  return parsed.data as Parsed<M>;
}
