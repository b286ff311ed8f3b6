import { IconCircleCheck, IconCircleDashed, IconCircleX } from '@tabler/icons-react';
import type { ExportCheck } from '../../shared/contract/exports.ts';
import type { Message } from '../../shared/message.ts';
import { quoted } from '../../shared/message.ts';
import type { Translate } from '../i18n/words.ts';
import { useWording } from '../i18n/words.ts';
import type { LiveChecks } from './liveChecks.ts';

/** The export compares with LiteRT before it writes anything, so this check is not one of the bundle's own. */
const comparison = (t: Translate): Message => quoted(t('export.integerReferenceLitertGiveSame'));

export function FinishedChecks({ compared, checks }: { compared: number | null; checks: readonly ExportCheck[] }) {
  const { t, f } = useWording();
  const all =
    compared === null
      ? checks
      : [
          {
            name: comparison(t),
            ok: true,
            detail: quoted(t('export.ofImagesEveryScore', { compared: f.count(compared) })),
          },
          ...checks,
        ];
  return (
    <>
      <div className="panel-head">
        <h2>{t('export.fidelity')}</h2>
        <span className="quiet">
          {t('export.of', { valueCount: all.filter(({ ok }) => ok).length, allCount: all.length })}
        </span>
      </div>
      <ul className="scroll checks" tabIndex={0}>
        {all.map((check) => (
          <Check key={check.name.text} {...check} />
        ))}
      </ul>
    </>
  );
}

/** The checks made so far and the one in progress. */
export function RunningChecks({ live: { compared, written, checks } }: { live: LiveChecks }) {
  const { t, f } = useWording();
  const images =
    compared === null ? '' : t('export.ofImages', { done: f.count(compared.done), total: f.count(compared.total) });
  const next = !written
    ? compared !== null && compared.done >= compared.total
      ? t('common.writingBundle')
      : t('export.comparingLitert')
    : t('export.nextCheck');
  return (
    <>
      <div className="panel-head">
        <h2>{t('export.checking')}</h2>
        <span className="quiet">{f.count(checks.length + (written ? 1 : 0))}</span>
      </div>
      <ul className="scroll checks" tabIndex={0} aria-live="polite">
        {written && <Check name={comparison(t)} ok detail={quoted(images)} />}
        {checks.map((check) => (
          <Check key={check.name.text} {...check} />
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
  const { t, said } = useWording();
  return (
    <li>
      {ok ? (
        <IconCircleCheck size={16} className="ok" role="img" aria-label={t('export.passed')} />
      ) : (
        <IconCircleX size={16} className="bad" role="img" aria-label={t('export.failed')} />
      )}
      <div className="grow">
        <div>{said(name)}</div>
        <div className="small quiet">{detail !== null && said(detail)}</div>
      </div>
    </li>
  );
}
