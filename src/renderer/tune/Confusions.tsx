import { SegmentedControl } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Label } from '../components/Label.tsx';
import { useWording } from '../i18n/words.ts';
import { confusionsBetween, togetherCounts } from './images.ts';
import { useTune } from './tuneStore.ts';

const MOST = 16;
const SHADES = 3;

interface Cell {
  readonly text: string;
  readonly weight: number;
  readonly meaning: string;
  readonly own: boolean;
}

/**
 * Confusions between labels: which is predicted instead of which, and which are predicted together more or less often
 * than they are labeled together.
 */
export function Confusions() {
  const { t } = useWording();
  const [view, setView] = useState<'taken' | 'together'>('taken');
  return (
    <div className="scroll confusions">
      <SegmentedControl
        aria-label={t('tune.table')}
        data={[
          { value: 'taken', label: t('tune.taken') },
          { value: 'together', label: t('common.together') },
        ]}
        value={view}
        onChange={(value) => setView(value)}
      />
      {view === 'taken' ? <TakenFor /> : <SaidTogether />}
    </div>
  );
}

function TakenFor() {
  const { t, f } = useWording();
  const { tune, val, thresholds } = useTune();
  const { labels } = tune!;
  const counts = useMemo(
    () =>
      confusionsBetween(
        val!,
        labels.length,
        thresholds.map(({ k }) => k),
      ),
    [val, labels, thresholds],
  );
  const shown = useMemo(
    () =>
      counts
        .map((row, c) => ({ c, errors: row.reduce((a, b) => a + b, 0) }))
        .filter(({ errors }) => errors > 0)
        .sort((a, b) => b.errors - a.errors)
        .slice(0, MOST)
        .map(({ c }) => c),
    [counts],
  );
  if (shown.length === 0)
    return (
      <div className="empty">
        <h2>{t('tune.noMistakeValidation')}</h2>
      </div>
    );
  const cell = (a: number, b: number): Cell => {
    const count = counts[a]![b]!;
    return {
      text: count === 0 ? '' : f.count(count),
      weight: count,
      own: a === b,
      meaning:
        a === b
          ? t('tune.missed', { label: labels[a]!, number: count })
          : t('tune.saidImagesOf', { label: labels[a]!, number: count, label2: labels[b]! }),
    };
  };
  return (
    <>
      <p className="soft">{t('tune.rowSaidThereNotColumn')}</p>
      <Table labels={labels} shown={shown} cell={cell} />
    </>
  );
}

function SaidTogether() {
  const { t } = useWording();
  const { tune, val, thresholds } = useTune();
  const { labels } = tune!;
  const { truth, said } = useMemo(
    () =>
      togetherCounts(
        val!,
        labels.length,
        thresholds.map(({ k }) => k),
      ),
    [val, labels, thresholds],
  );
  const shown = useMemo(
    () =>
      truth
        .map((row, c) => ({ c, together: row.reduce((sum, count, b) => sum + count + said[c]![b]!, 0) }))
        .filter(({ together }) => together > 0)
        .sort((a, b) => b.together - a.together)
        .slice(0, MOST)
        .map(({ c }) => c),
    [truth, said],
  );
  if (shown.length === 0)
    return (
      <div className="empty">
        <h2>{t('tune.noTwoLabelsStandTogether')}</h2>
      </div>
    );
  const cell = (a: number, b: number): Cell => {
    const [predicted, labeled] = [said[a]![b]!, truth[a]![b]!];
    return {
      text: a === b || predicted + labeled === 0 ? '' : `${predicted}/${labeled}`,
      weight: Math.abs(predicted - labeled),
      own: false,
      meaning: t('tune.saidTogetherImagesTruly', { label: labels[a]!, label2: labels[b]!, predicted, labeled }),
    };
  };
  return (
    <>
      <p className="soft">{t('tune.oneImageSaidTrulyBrighter')}</p>
      <Table labels={labels} shown={shown} cell={cell} wide />
    </>
  );
}

function Table({
  labels,
  shown,
  cell,
  wide = false,
}: {
  labels: readonly string[];
  shown: readonly number[];
  cell(a: number, b: number): Cell;
  wide?: boolean;
}) {
  const cells = shown.map((a) => shown.map((b) => cell(a, b)));
  const most = Math.max(1, ...cells.flat().map(({ weight }) => weight));
  return (
    <table data-wide={wide}>
      <thead>
        <tr>
          <td />
          {shown.map((c) => (
            <th key={c} scope="col">
              <span>
                <Label name={labels[c]!} most={14} />
              </span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.map((a, y) => (
          <tr key={a}>
            <th scope="row">
              <Label name={labels[a]!} most={18} />
            </th>
            {cells[y]!.map(({ text, weight, meaning, own }, x) => (
              <td key={shown[x]}>
                <button
                  type="button"
                  data-shade={weight === 0 ? 0 : 1 + Math.min(SHADES - 1, Math.floor((SHADES * weight) / (most + 1)))}
                  data-own={own}
                  disabled={text === ''}
                  title={meaning}
                  aria-label={meaning}
                  onClick={() => useTune.setState({ label: a })}
                >
                  {text}
                </button>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
