import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { Finding } from '../../shared/findings.ts';
import { findingTexts } from '../../shared/findings.ts';
import { useWording } from '../i18n/words.ts';
import { runCheck, useDataset } from '../stores/dataset.ts';
import { setFilter } from '../stores/view.ts';
import { useStudio } from '../stores/studio.ts';
import { fixesFor } from './fixes.ts';
import { Together } from './Together.tsx';

/** Lists the findings by kind, errors first, with buttons for the kinds that can be fixed in one step. */
export function ProblemPanel({ findings }: { findings: readonly Finding[] }) {
  const { t, f } = useWording();
  const check = useDataset((state) => state.check);
  const checking = useStudio((state) => state.activities.find(({ kind }) => kind === 'check'));
  /** Undefined until a kind was opened or closed: then the first error is open, because it blocks training. */
  const [chosen, setOpen] = useState<string | null | undefined>(undefined);
  const kinds = [...Map.groupBy(findings, ({ code }) => code)].sort(
    ([, a], [, b]) => Number(b[0]!.severity === 'error') - Number(a[0]!.severity === 'error'),
  );
  const open = chosen === undefined ? kinds.find(([, [first]]) => first!.severity === 'error')?.[0] : chosen;
  return (
    <aside className="panel line-left data-right" aria-label={t('data.problems')}>
      <div className="panel-head">
        <h2>{t('data.problems')}</h2>
        <span className="quiet">{f.count(kinds.length)}</span>
        <span className="push small quiet">
          {check === null ? t('data.imagesNotChecked') : t('data.checked', { checkedAt: f.date(check.checkedAt) })}
        </span>
      </div>
      <div className="scroll problem-list">
        {kinds.length === 0 && (
          <p className="soft inset">{check === null ? t('data.noneLabelFiles') : t('data.none2')}</p>
        )}
        {kinds.map(([code, found]) => (
          <Kind key={code} found={found} open={open === code} onToggle={() => setOpen(open === code ? null : code)} />
        ))}
      </div>
      <div className="panel-foot">
        <Button variant="default" fullWidth loading={checking !== undefined} onClick={() => void runCheck()}>
          {check === null ? t('data.checkImages') : t('data.checkAgain')}
        </Button>
      </div>
      <Together />
    </aside>
  );
}

const SHOWN = 50;

function Kind({ found, open, onToggle }: { found: readonly Finding[]; open: boolean; onToggle: () => void }) {
  const { t, f, said } = useWording();
  const paths = useDataset((state) => state.index?.paths);
  const [first] = found;
  const { code, severity, message } = first!;
  const { title, advice } = findingTexts[code];
  const Icon = severity === 'error' ? IconCircleX : code === 'fewPositives' ? IconInfoCircle : IconAlertTriangle;
  const hasImages = useMemo(() => {
    const named = new Set(found.flatMap(({ path, others }) => [path, ...others.map((other) => other.path)]));
    return paths?.some((path) => named.has(path)) ?? false;
  }, [found, paths]);
  return (
    <div className="problem">
      <div className="row">
        <Icon
          size={16}
          className={severity === 'error' ? 'bad' : code === 'fewPositives' ? 'quiet' : 'warn'}
          aria-label={severity === 'error' ? t('data.error') : t('data.warning')}
          role="img"
        />
        <button type="button" className="grow cut problem-title" aria-expanded={open} onClick={onToggle}>
          <strong>{f.count(found.length)}</strong>&ensp;{said(title)}
        </button>
      </div>
      <div className="row small problem-line">
        <span className="grow cut quiet" title={said(message)}>
          {said(message)}
        </span>
        {hasImages && (
          <button type="button" className="link" onClick={() => setFilter({ problem: code, view: 'all' })}>
            {t('common.show')}
          </button>
        )}
        {fixesFor(code, found, t).map(({ name, run }) => (
          <button key={name} type="button" className="link" onClick={run}>
            {name}
          </button>
        ))}
      </div>
      {open && (
        <div className="small problem-detail">
          <p>{said(advice)}</p>
          <ul>
            {found.slice(0, SHOWN).map((finding, at) => (
              <li key={at}>
                {finding.file !== null && (
                  <code>
                    {finding.file}
                    {finding.line === null ? '' : `:${finding.line}`}{' '}
                  </code>
                )}
                <bdi title={finding.detail ?? undefined}>{said(finding.message)}</bdi>
              </li>
            ))}
          </ul>
          {found.length > SHOWN && (
            <p className="quiet">{t('data.moreInline', { foundCount: f.count(found.length - SHOWN) })}</p>
          )}
        </div>
      )}
    </div>
  );
}
