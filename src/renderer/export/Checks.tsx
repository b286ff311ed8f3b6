import { IconCircleCheck, IconCircleDashed, IconCircleX } from '@tabler/icons-react';
import type { ExportCheck } from '../../shared/contract/exports.ts';
import type { Words } from '../i18n/words.ts';
import { useWording } from '../i18n/words.ts';
import { checkName } from './exportWords.ts';
import type { LiveChecks } from './liveChecks.ts';

/** What the export itself stands on: it is made before anything is written. */
const comparison = (w: Words): string =>
  w('Integer reference and LiteRT give the same', 'La referencia entera da lo mismo que LiteRT');

export function FinishedChecks({ compared, checks }: { compared: number | null; checks: readonly ExportCheck[] }) {
  const { w, f } = useWording();
  const all =
    compared === null
      ? checks
      : [
          {
            name: comparison(w),
            ok: true,
            detail: w(
              `${f.count(compared)} of ${f.count(compared)} images, every score`,
              `${f.count(compared)} de ${f.count(compared)} imágenes, cada puntuación`,
            ),
          },
          ...checks,
        ];
  return (
    <>
      <div className="panel-head">
        <h2>{w('Fidelity', 'Fidelidad')}</h2>
        <span className="quiet">
          {w(
            `${all.filter(({ ok }) => ok).length} of ${all.length}`,
            `${all.filter(({ ok }) => ok).length} de ${all.length}`,
          )}
        </span>
      </div>
      <ul className="scroll checks">
        {all.map((check) => (
          <Check key={check.name} {...check} />
        ))}
      </ul>
    </>
  );
}

/** The same while they are made: what has passed, and what is looked at now. */
export function RunningChecks({ live: { compared, written, checks } }: { live: LiveChecks }) {
  const { w, f } = useWording();
  const images =
    compared === null
      ? ''
      : w(
          `${f.count(compared.done)} of ${f.count(compared.total)} images`,
          `${f.count(compared.done)} de ${f.count(compared.total)} imágenes`,
        );
  const next = !written
    ? compared !== null && compared.done >= compared.total
      ? w('Writing the bundle', 'Escribiendo el paquete')
      : w('Comparing with LiteRT', 'Comparando con LiteRT')
    : w('Next check', 'Siguiente comprobación');
  return (
    <>
      <div className="panel-head">
        <h2>{w('Checking', 'Comprobando')}</h2>
        <span className="quiet">{f.count(checks.length + (written ? 1 : 0))}</span>
      </div>
      <ul className="scroll checks" aria-live="polite">
        {written && <Check name={comparison(w)} ok detail={images} />}
        {checks.map((check) => (
          <Check key={check.name} {...check} />
        ))}
        <li className="soft">
          <IconCircleDashed size={16} className="quiet" aria-hidden="true" />
          <div className="grow">
            <div>{next}…</div>
            <div className="small quiet">{written ? '' : images}</div>
          </div>
        </li>
      </ul>
    </>
  );
}

function Check({ name, ok, detail }: ExportCheck) {
  const { w, said } = useWording();
  return (
    <li>
      {ok ? (
        <IconCircleCheck size={16} className="ok" role="img" aria-label={w('passed', 'pasa')} />
      ) : (
        <IconCircleX size={16} className="bad" role="img" aria-label={w('failed', 'falla')} />
      )}
      <div className="grow">
        <div>{checkName(name, said)}</div>
        <div className="small quiet">{said(detail)}</div>
      </div>
    </li>
  );
}
