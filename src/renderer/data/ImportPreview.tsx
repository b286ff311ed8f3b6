import type { ImportPlan } from '../../shared/contract/dataset.ts';
import { splits } from '../../shared/contract/dataset.ts';
import { useWording } from '../i18n/words.ts';
import { DroppedRecords } from './ImportFindings.tsx';

/** The label files that would be written: their counts, and what was noticed. */
export function ImportPreview({ plan }: { readonly plan: ImportPlan }) {
  const { t, f, said } = useWording();
  return (
    <>
      <table className="figures import-counts">
        <thead>
          <tr>
            <th>{t('common.label')}</th>
            {splits.map((split) => (
              <th key={split} className="num">
                {split}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <td>{t('data.allImages')}</td>
            {splits.map((split) => (
              <td key={split} className="num">
                {f.count(plan.counts[split])}
              </td>
            ))}
          </tr>
          {plan.vocabulary.slice(0, 30).map((label, c) => (
            <tr key={label}>
              <td>
                <bdi className="cut">{label}</bdi>
              </td>
              {splits.map((split) => (
                <td key={split} className={`num ${plan.positives[split][c] === 0 ? 'warn' : ''}`}>
                  {f.count(plan.positives[split][c]!)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {plan.vocabulary.length > 30 && (
        <p className="small quiet">{t('data.moreLabels', { vocabularyCount: plan.vocabulary.length - 30 })}</p>
      )}
      {plan.notes.length > 0 && (
        <ul className="import-notes small">
          {plan.notes.map((note) => (
            <li key={note.text}>{said(note)}</li>
          ))}
        </ul>
      )}
      <DroppedRecords dropped={plan.dropped} />
      {plan.replaces.length > 0 && (
        <p className="small">{t('data.keptBackupFirst', { replaces: plan.replaces.join(', ') })}</p>
      )}
      {splits.map((split) => (
        <div key={split} className="file-diff mono">
          <div className="quiet">{split}.txt</div>
          {plan.preview[split].slice(0, 3).map((line) => (
            <div key={line} className="plus">
              + {line.replaceAll('\t', '→')}
            </div>
          ))}
        </div>
      ))}
    </>
  );
}
