import { Button } from '@mantine/core';
import { useWording } from '../i18n/words.ts';
import type { OpenConflict } from './conflicts.ts';
import { resolveConflict } from '../stores/dataset.ts';

const SHOWN = 5;

/** Lines that the user and somebody else changed: both sides, and the user decides. */
export function Conflicts({ conflicts }: { conflicts: readonly OpenConflict[] }) {
  const { w, f } = useWording();
  const side = (labels: readonly string[] | null): string =>
    labels === null
      ? w('(no line)', '(sin línea)')
      : labels.length === 0
        ? w('(no label)', '(sin etiqueta)')
        : labels.join(', ');
  return (
    <section className="conflicts" role="alert" aria-label={w('Changed on both sides', 'Cambiado en ambos lados')}>
      <strong>
        {w(
          `${f.count(conflicts.length)} ${conflicts.length === 1 ? 'line was' : 'lines were'} also changed in the file by someone else. Nothing of yours is lost; choose.`,
          `${f.count(conflicts.length)} ${conflicts.length === 1 ? 'línea cambió' : 'líneas cambiaron'} también en el archivo. Nada tuyo se ha perdido; elige.`,
        )}
      </strong>
      {conflicts.slice(0, SHOWN).map((conflict) => (
        <div className="row" key={`${conflict.split}/${conflict.path}`}>
          <code className="cut grow">
            {conflict.split}.txt · {conflict.path}
          </code>
          <span className="small cut">
            {w('yours', 'tuyo')}: <bdi>{side(conflict.yours)}</bdi>
          </span>
          <Button
            variant="default"
            disabled={conflict.disk === null}
            onClick={() => void resolveConflict(conflict, 'mine')}
          >
            {w('Keep mine', 'Dejar el mío')}
          </Button>
          <span className="small cut">
            {w('file', 'archivo')}: <bdi>{side(conflict.disk)}</bdi>
          </span>
          <Button variant="default" onClick={() => void resolveConflict(conflict, 'theirs')}>
            {w('Keep the file', 'Dejar el archivo')}
          </Button>
        </div>
      ))}
      {conflicts.length > SHOWN && (
        <span className="small quiet">
          {w(`and ${conflicts.length - SHOWN} more`, `y ${conflicts.length - SHOWN} más`)}
        </span>
      )}
    </section>
  );
}
