import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { LabelProblem } from '../../shared/contract/dataset.ts';
import { useWording } from '../i18n/words.ts';
import { runCheck, useDataset } from '../stores/dataset.ts';
import { setFilter } from '../stores/view.ts';
import { useStudio } from '../stores/studio.ts';
import { fixesFor } from './fixes.ts';
import { Together } from './Together.tsx';

/** What is wrong, worst first, a fix on each row that has one. */
export function ProblemPanel({ problems }: { problems: readonly LabelProblem[] }) {
  const { w, f } = useWording();
  const check = useDataset((state) => state.check);
  const checking = useStudio((state) => state.activities.find(({ kind }) => kind === 'check'));
  /** Undefined: nothing was chosen yet, so what keeps training from starting says what to do. */
  const [chosen, setOpen] = useState<string | null | undefined>(undefined);
  const kinds = [...Map.groupBy(problems, ({ code }) => code)].sort(
    ([, a], [, b]) => Number(b[0]!.severity === 'error') - Number(a[0]!.severity === 'error'),
  );
  const open = chosen === undefined ? kinds.find(([, [first]]) => first!.severity === 'error')?.[0] : chosen;
  return (
    <aside className="panel line-left data-right" aria-label={w('Problems', 'Problemas')}>
      <div className="panel-head">
        <h2>{w('Problems', 'Problemas')}</h2>
        <span className="quiet">{f.count(kinds.length)}</span>
        <span className="push small quiet">
          {check === null
            ? w('images not checked', 'imágenes sin comprobar')
            : w(`checked ${f.date(check.checkedAt)}`, `comprobado ${f.date(check.checkedAt)}`)}
        </span>
      </div>
      <div className="scroll problem-list">
        {kinds.length === 0 && (
          <p className="soft" style={{ padding: '4px 16px' }}>
            {check === null
              ? w('None in the label files.', 'Ninguno en los archivos de etiquetas.')
              : w('None.', 'Ninguno.')}
          </p>
        )}
        {kinds.map(([code, found]) => (
          <Kind key={code} found={found} open={open === code} onToggle={() => setOpen(open === code ? null : code)} />
        ))}
      </div>
      <div style={{ padding: '8px 16px' }}>
        <Button variant="default" fullWidth loading={checking !== undefined} onClick={() => void runCheck()}>
          {check === null ? w('Check the images', 'Comprobar imágenes') : w('Check again', 'Comprobar de nuevo')}
        </Button>
      </div>
      <Together />
    </aside>
  );
}

const SHOWN = 50;

function Kind({ found, open, onToggle }: { found: readonly LabelProblem[]; open: boolean; onToggle: () => void }) {
  const { w, f, said } = useWording();
  const paths = useDataset((state) => state.index?.paths);
  const [first] = found;
  const { code, severity, title, message } = first!;
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
          aria-label={severity === 'error' ? w('error', 'error') : w('warning', 'aviso')}
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
            {w('Show', 'Ver')}
          </button>
        )}
        {fixesFor(code, found, w).map(({ name, run }) => (
          <button key={name} type="button" className="link" onClick={run}>
            {name}
          </button>
        ))}
      </div>
      {open && (
        <div className="small problem-detail">
          <p>{said(first!.advice)}</p>
          <ul>
            {found.slice(0, SHOWN).map((problem, at) => (
              <li key={at}>
                {problem.file !== null && (
                  <code>
                    {problem.file}
                    {problem.line === null ? '' : `:${problem.line}`}{' '}
                  </code>
                )}
                <bdi>{said(problem.message)}</bdi>
              </li>
            ))}
          </ul>
          {found.length > SHOWN && (
            <p className="quiet">
              {w(`and ${f.count(found.length - SHOWN)} more`, `y ${f.count(found.length - SHOWN)} más`)}
            </p>
          )}
        </div>
      )}
    </div>
  );
}
