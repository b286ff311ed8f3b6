import type { Message } from '../../../shared/message.ts';

/** What keeps an engine from starting on this machine, and the command that fixes it where there is one. */
export interface MissingRequirement {
  readonly message: Message;
  readonly fix: Message | null;
}
