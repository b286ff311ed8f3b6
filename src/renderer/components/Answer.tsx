import type { ReactNode } from 'react';

export type Tone = 'plain' | 'ok' | 'warn' | 'bad';

/** A screen's answer in one line: the state with the deciding number, the reason, and at most three actions. */
export function Answer({
  tone = 'plain',
  headline,
  reason,
  children,
}: {
  tone?: Tone;
  headline: string;
  reason?: string | undefined;
  children?: ReactNode;
}) {
  return (
    <header className="answer">
      <span className="answer-dot" data-tone={tone} aria-hidden="true" />
      <h1 className="headline" aria-live="polite" title={headline}>
        {headline}
      </h1>
      <span className="reason" title={reason}>
        {reason}
      </span>
      <div className="actions">{children}</div>
    </header>
  );
}
