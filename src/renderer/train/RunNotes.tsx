import type { RunHistory } from '../../shared/contract/runs.ts';
import { useWording } from '../i18n/words.ts';

export function RunNotes({ history }: { history: RunHistory | null }) {
  const { t, said } = useWording();
  if (history === null || history.notes.length === 0) return null;
  return (
    <details className="line-top notes">
      <summary>
        {t('train.notesOfRun')} <span className="quiet">{history.notes.length}</span>
      </summary>
      <ul className="small">
        {history.notes.map(({ at, message, level }) => (
          <li key={at + message.text} className={level === 'warning' ? 'warn' : 'soft'}>
            {said(message)}
          </li>
        ))}
      </ul>
    </details>
  );
}
