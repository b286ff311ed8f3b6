import { IconLock } from '@tabler/icons-react';
import { useWording } from '../../i18n/words.ts';
import type { Figure, SplitFigures } from './useSplitFigures.ts';

/** Validation beside test; the test column is locked until the test split is opened. */
export function FiguresTable({ val, test }: { readonly val: SplitFigures; readonly test: SplitFigures | null }) {
  const { t, f } = useWording();
  const rows = [
    { key: 'precision', name: t('common.precision') },
    { key: 'recall', name: t('tune.recall2') },
    { key: 'f1', name: 'F1' },
    { key: 'averagePrecision', name: t('tune.avgPrecision') },
  ] as const;
  return (
    <table className="figures label-figures">
      <thead>
        <tr>
          <td />
          <th className="num">{t('common.validation')}</th>
          {test === null && <th className="num">{f.percent(0.95)}</th>}
          <th className="num">{t('common.test')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, name }) => (
          <tr key={key}>
            <td>{name}</td>
            {test === null ? (
              <ValidationAlone figure={val[key]} measured={val.measured} />
            ) : (
              <>
                <WithRange figure={val[key]} measured={val.measured} />
                <WithRange figure={test[key]} measured={test.measured} />
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface CellProps {
  readonly figure: Figure;
  readonly measured: boolean;
}

function ValidationAlone({ figure, measured }: CellProps) {
  const { t } = useWording();
  return (
    <>
      <td className="num">
        <Value figure={figure} measured={measured} />
      </td>
      <td className="num soft">
        <Range figure={figure} measured={measured} />
      </td>
      <td className="num quiet">
        <IconLock size={13} role="img" aria-label={t('tune.closed')} />
      </td>
    </>
  );
}

const WithRange = ({ figure, measured }: CellProps) => (
  <td className="num">
    <Value figure={figure} measured={measured} />
    <div className="small quiet">
      <Range figure={figure} measured={measured} />
    </div>
  </td>
);

function Value({ figure, measured }: CellProps) {
  const { f } = useWording();
  return <strong>{f.score(measured ? figure.value : null, 2)}</strong>;
}

function Range({ figure: { range }, measured }: CellProps) {
  const { f } = useWording();
  if (!measured) return '–';
  if (range === null) return '…';
  const [low, high] = range;
  return Number.isNaN(low) ? '–' : `${f.score(low, 2)} – ${f.score(high, 2)}`;
}
