import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import { useState } from 'react';
import type { LabelProblem } from '../../shared/contract/dataset.ts';
import type { Wording } from '../i18n/words.ts';
import { useWording } from '../i18n/words.ts';
import { changeImages, runCheck, setFilter, useDataset } from '../stores/dataset.ts';
import { useStudio } from '../stores/studio.ts';
import { Together } from './Together.tsx';

/** What is wrong, worst first, a fix on each row that has one. */
export function ProblemPanel({ problems }: { problems: readonly LabelProblem[] }) {
  const { w, f } = useWording();
  const check = useDataset((state) => state.check);
  const checking = useStudio((state) => state.activities.find(({ kind }) => kind === 'check'));
  const [open, setOpen] = useState<string | null>(null);
  const kinds = [...Map.groupBy(problems, ({ code }) => code)].sort(([, a], [, b]) => Number(b[0]!.severity === 'error') - Number(a[0]!.severity === 'error'));
  return (
    <aside className="panel line-left data-right" aria-label={w('Problems', 'Problemas')}>
      <div className="panel-head"><h2>{w('Problems', 'Problemas')}</h2><span className="quiet">{f.count(kinds.length)}</span><span className="push small quiet">{check === null ? w('images not checked', 'imágenes sin comprobar') : w(`checked ${f.date(check.checkedAt)}`, `comprobado ${f.date(check.checkedAt)}`)}</span></div>
      <div className="scroll problem-list">
        {kinds.length === 0 && <p className="soft" style={{ padding: '4px 16px' }}>{check === null ? w('None in the label files.', 'Ninguno en los archivos de etiquetas.') : w('None.', 'Ninguno.')}</p>}
        {kinds.map(([code, found]) => <Kind key={code} found={found} open={open === code} onToggle={() => setOpen(open === code ? null : code)} />)}
      </div>
      <div style={{ padding: '8px 16px' }}><Button variant="default" fullWidth loading={checking !== undefined} onClick={() => void runCheck()}>{check === null ? w('Check the images', 'Comprobar imágenes') : w('Check again', 'Comprobar de nuevo')}</Button></div>
      <Together />
    </aside>
  );
}

const SHOWN = 50;

function Kind({ found, open, onToggle }: { found: readonly LabelProblem[]; open: boolean; onToggle: () => void }) {
  const wording = useWording();
  const { w, f, said } = wording;
  const [first] = found;
  const { code, severity, title, message } = first!;
  const Icon = severity === 'error' ? IconCircleX : code === 'fewPositives' ? IconInfoCircle : IconAlertTriangle;
  const hasImages = found.some(({ path, others }) => path !== null || others.some((other) => other.path !== null));
  const fix = fixFor(code, found, wording);
  return (
    <div className="problem">
      <div className="row">
        <Icon size={16} className={severity === 'error' ? 'bad' : code === 'fewPositives' ? 'quiet' : 'warn'} aria-label={severity === 'error' ? w('error', 'error') : w('warning', 'aviso')} role="img" />
        <button type="button" className="grow cut problem-title" aria-expanded={open} onClick={onToggle}><strong>{f.count(found.length)}</strong>&ensp;{said(title)}</button>
      </div>
      <div className="row small problem-line"><span className="grow cut quiet" title={said(message)}>{said(message)}</span>
        {hasImages && <button type="button" className="link" onClick={() => setFilter({ problem: code, view: 'all' })}>{w('Show', 'Ver')}</button>}
        {fix !== null && <button type="button" className="link" onClick={fix.run}>{fix.name}</button>}
      </div>
      {open && <div className="small problem-detail"><p>{said(first!.advice)}</p><ul>{found.slice(0, SHOWN).map((problem, at) => <li key={at}>{problem.file !== null && <code>{problem.file}{problem.line === null ? '' : `:${problem.line}`} </code>}<bdi>{said(problem.message)}</bdi></li>)}</ul>{found.length > SHOWN && <p className="quiet">{w(`and ${f.count(found.length - SHOWN)} more`, `y ${f.count(found.length - SHOWN)} más`)}</p>}</div>}
    </div>
  );
}

/** Lines that do nothing but harm can be taken out in one step; undo brings them back. */
const removable = new Set(['missing', 'notAnImage', 'truncated', 'pathTwice', 'contentTwice', 'inTwoSplits', 'unreadable', 'tooLarge']);

function fixFor(code: string, found: readonly LabelProblem[], { w }: Wording): { name: string; run: () => void } | null {
  if (removable.has(code)) return { name: w('Take the lines out', 'Quitar las líneas'), run: () => takeOut(found) };
  if (code === 'missingLabelFile' || code === 'emptySplit') return { name: w('Make a split', 'Repartir'), run: () => useDataset.setState({ splitting: true }) };
  if (code === 'similarLabels') return { name: w('Spell alike', 'Unificar'), run: () => found.forEach(mergeSpellings) };
  if (code === 'notInTrain' || code === 'fewPositives') return { name: w('Filter', 'Filtrar'), run: () => filterLabels(found) };
  return null;
}

/** Of images that stand twice the first stays (train before val before test, as the files are read); of the broken ones none. */
function takeOut(found: readonly LabelProblem[]): void {
  const { index } = useDataset.getState();
  if (index === null) return;
  const places = new Set(found.map(({ file, line, path }) => `${file?.replace(/\.txt$/, '')}\t${line}\t${path}`));
  const images = index.paths.flatMap((path, i) => (places.has(`${['train', 'val', 'test'][index.split[i]!]}\t${index.line[i]!}\t${path}`) ? [i] : []));
  changeImages(images, (state) => ({ ...state, removed: true }));
}

/** The spelling that most images have wins. */
function mergeSpellings({ label, message }: LabelProblem): void {
  const { labelled, counts } = useDataset.getState();
  if (label === null || counts === null) return;
  const plain = (name: string): string => name.normalize('NFKC').toLowerCase().replace(/[\s_-]+/g, '');
  const alike = labelled.vocabulary.flatMap((name, number) => (plain(name) === plain(label) || message.includes(`'${name}'`) ? [number] : []));
  const best = alike.reduce((a, b) => (counts.all[b]! > counts.all[a]! ? b : a), alike[0] ?? -1);
  if (best < 0) return;
  const images = labelled.states.flatMap(({ labels }, i) => (labels.some((own) => own !== best && alike.includes(own)) ? [i] : []));
  changeImages(images, (state) => ({ ...state, labels: [...new Set(state.labels.map((own) => (alike.includes(own) ? best : own)))] }));
}

function filterLabels(found: readonly LabelProblem[]): void {
  const { labelled } = useDataset.getState();
  setFilter({ view: 'all', any: found.flatMap(({ label }) => (label === null ? [] : [labelled.vocabulary.indexOf(label)])).filter((label) => label >= 0), all: [], not: [] });
}
