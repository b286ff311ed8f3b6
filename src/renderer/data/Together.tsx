import { useMemo } from 'react';
import { Label } from '../components/Label.tsx';
import { useWording } from '../i18n/words.ts';
import { useDataset } from '../stores/dataset.ts';
import { setFilter } from '../stores/view.ts';
import { cooccurrence } from './labelEdits.ts';

const MOST = 8;
const SHADES = 4;

/** Co-occurrence of the most frequent labels, or of the filter's labels; a cell sets the filter. */
export function Together() {
  const { t, f } = useWording();
  const { labeled, counts, filter } = useDataset();
  const labels = useMemo(() => {
    const frequent = labeled.vocabulary
      .map((_, label) => label)
      .sort((a, b) => (counts?.all[b] ?? 0) - (counts?.all[a] ?? 0));
    return [...new Set([...filter.any, ...filter.all, ...frequent])].slice(0, MOST);
  }, [labeled.vocabulary, counts, filter.any, filter.all]);
  const cells = useMemo(() => cooccurrence(labeled, labels, labels), [labeled, labels]);
  // Shades span the range of the counts, so that they differ even where all are large.
  const there = cells.flat().filter((count) => count > 0);
  const [least, most] = [Math.min(...there), Math.max(...there)];
  const shadeOf = (count: number): number =>
    count === 0 ? 0 : least === most ? 3 : 1 + Math.floor(((SHADES - 1) * (count - least)) / (most - least));
  if (labels.length < 2) return null;
  return (
    <section className="together line-top" aria-label={t('data.togetherOneImage')}>
      <div className="panel-head flush">
        <h2>{t('common.together')}</h2>
        <span className="quiet">{t('data.oneImage')}</span>
      </div>
      <table>
        <thead>
          <tr>
            <td />
            {labels.map((label) => (
              <th key={label} scope="col">
                <span>
                  <Label name={labeled.vocabulary[label]!} most={12} />
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((row, y) => (
            <tr key={row}>
              <th scope="row">
                <Label name={labeled.vocabulary[row]!} most={14} />
              </th>
              {labels.map((column, x) => {
                const count = cells[y]![x]!;
                return (
                  <td key={column}>
                    {row !== column && (
                      <button
                        type="button"
                        data-shade={shadeOf(count)}
                        disabled={count === 0}
                        title={`${labeled.vocabulary[row]} + ${labeled.vocabulary[column]}: ${count}`}
                        aria-label={t('data.images2', {
                          number: count,
                          row: labeled.vocabulary[row]!,
                          column: labeled.vocabulary[column]!,
                        })}
                        onClick={() => setFilter({ view: 'all', any: [], all: [row, column], not: [] })}
                      >
                        {count === 0 ? '' : count > 999 ? `${Math.round(count / 1000)}k` : f.count(count)}
                      </button>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
