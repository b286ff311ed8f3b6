import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ProblemData } from '../../shared/problem.ts';
import { useWording } from '../i18n/words.ts';

/** A problem, with its technical details collapsed. */
export function ErrorNote({
  problem,
  onDismiss,
  children,
}: {
  problem: ProblemData;
  onDismiss?: () => void;
  children?: ReactNode;
}) {
  const { t, said } = useWording();
  return (
    <section className="error-note" role="alert">
      <div className="row">
        <span className="grow error-text">{said(problem)}</span>
        {children}
        {onDismiss !== undefined && (
          <Button variant="subtle" onClick={onDismiss}>
            {t('common.close')}
          </Button>
        )}
      </div>
      {problem.detail !== undefined && (
        <details>
          <summary className="small soft">{t('common.technicalDetails')}</summary>
          <pre>{problem.detail}</pre>
        </details>
      )}
    </section>
  );
}
