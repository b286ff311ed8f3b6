import { useMemo } from 'react';
import { Label } from '../components/Label.tsx';
import { useWording } from '../i18n/words.ts';
import { confusionsBetween } from './images.ts';
import { useTune } from './tuneStore.ts';

const MOST = 16;

export function Confusions() {
  const { w, f } = useWording();
  const { tune, val, thresholds } = useTune();
  const classes = tune!.labels.length;
  const counts = useMemo(() => confusionsBetween(val!, classes, thresholds.map(({ k }) => k)), [val, classes, thresholds]);
  const shown = useMemo(() => counts.map((row, c) => ({ c, errors: row.reduce((a, b) => a + b, 0) })).filter(({ errors }) => errors > 0).sort((a, b) => b.errors - a.errors).slice(0, MOST).map(({ c }) => c), [counts]);
  const most = Math.max(1, ...shown.flatMap((a) => shown.map((b) => counts[a]![b]!)));
  if (shown.length === 0) return <div className="empty"><h2>{w('No mistake on validation.', 'Ningún error en validación.')}</h2></div>;
  return (
    <div className="scroll confusions">
      <p className="soft">{w('Row: said to be there and is not. Column: what is there instead. Diagonal, hatched: missed.', 'Fila: dice que está y no está. Columna: lo que hay en su lugar. Diagonal, rayada: perdidas.')}</p>
      <table>
        <thead><tr><td />{shown.map((c) => <th key={c} scope="col"><span><Label name={tune!.labels[c]!} most={14} /></span></th>)}</tr></thead>
        <tbody>
          {shown.map((a) => (
            <tr key={a}>
              <th scope="row"><Label name={tune!.labels[a]!} most={18} /></th>
              {shown.map((b) => {
                const count = counts[a]![b]!;
                const shade = count === 0 ? 0 : 1 + Math.min(2, Math.floor((3 * count) / (most + 1)));
                const meaning = a === b ? w(`${tune!.labels[a]} missed in ${count}`, `${tune!.labels[a]} perdida en ${count}`) : w(`${tune!.labels[a]} said in ${count} images of ${tune!.labels[b]}`, `${tune!.labels[a]} dicha en ${count} imágenes de ${tune!.labels[b]}`);
                return <td key={b}><button type="button" data-shade={shade} data-own={a === b} disabled={count === 0} title={meaning} aria-label={meaning} onClick={() => useTune.setState({ label: a })}>{count === 0 ? '' : f.count(count)}</button></td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
