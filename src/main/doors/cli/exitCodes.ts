import type { ProblemKind } from '../../../shared/problem.ts';

/** Exit codes of the command line, as documented in docs/commands.md. */
export const EXIT = { ok: 0, failed: 1, usage: 2, data: 3, check: 4, busy: 5, cancelled: 130 } as const;

export function exitCodeOf(kind: ProblemKind): number {
  switch (kind) {
    case 'config':
      return EXIT.usage;
    case 'data':
      return EXIT.data;
    case 'export':
    case 'mismatch':
      return EXIT.check;
    case 'busy':
    case 'locked':
      return EXIT.busy;
    case 'cancelled':
      return EXIT.cancelled;
    default:
      return EXIT.failed;
  }
}
