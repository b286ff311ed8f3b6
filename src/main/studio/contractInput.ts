import type { z } from 'zod';
import type { Contract, Method } from '../../shared/contract/contract.ts';
import { contract } from '../../shared/contract/contract.ts';
import { Problem } from '../../shared/problem.ts';

/** The input of a handler, in which the contract's defaults are filled in. */
export type Parsed<M extends Method> = z.output<Contract[M]['input']>;

/** Checks what a screen sent. Throws a Problem when it does not fit the contract. */
export function contractInput<M extends Method>(method: M, input: unknown): Parsed<M> {
  const parsed = contract[method].input.safeParse(input);
  if (!parsed.success) throw new Problem('internal.requestNotUnderstood', { method }, parsed.error.message);
  return parsed.data as Parsed<M>;
}
