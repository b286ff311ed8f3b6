import type { ReactNode } from 'react';

export type Tone = 'plain' | 'ok' | 'warn' | 'bad';

/** A screen's answer in one line: the state with the deciding number, the reason, and at most three actions. */
export function Answer({
  tone = 'plain',
  says,
  because,
  children,
}: {
  tone?: Tone;
  says: string;
  because?: string | undefined;
  children?: ReactNode;
}) {
  return (
    <header className="answer">
      <span className="dot" data-tone={tone} aria-hidden="true" />
      <h1 className="says" aria-live="polite" title={says}>
        {says}
      </h1>
      <span className="because" title={because}>
        {because}
      </span>
      <div className="actions">{children}</div>
    </header>
  );
}
