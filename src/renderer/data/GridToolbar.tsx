import { Button, SegmentedControl, Select, Slider, TextInput } from '@mantine/core';
import { IconSearch, IconX } from '@tabler/icons-react';
import type { LabelProblem } from '../../shared/contract/dataset.ts';
import { splits } from '../../shared/contract/dataset.ts';
import { Label } from '../components/Label.tsx';
import type { Words } from '../i18n/words.ts';
import { useWording } from '../i18n/words.ts';
import { useDataset } from '../stores/dataset.ts';
import { setFilter, setOrder, toggleLabel } from '../stores/view.ts';
import { useStudio } from '../stores/studio.ts';
import type { Order, View } from './filter.ts';

export const splitName = (split: number, w: Words): string =>
  [w('train', 'train'), w('val', 'val'), w('test', 'test')][split] ?? '';

interface Props {
  readonly shown: number;
  readonly toReview: number;
  readonly unlabeled: number;
  readonly problems: number;
  readonly panelOpen: boolean;
  onPanel(): void;
}

export function GridToolbar({ shown, toReview, unlabeled, problems, panelOpen, onPanel }: Props) {
  const { w, f } = useWording();
  const { filter, order, edge, edited, opinion } = useDataset();
  const views: { value: View; label: string }[] = [
    { value: 'all', label: w('All', 'Todas') },
    ...(opinion === null
      ? []
      : [{ value: 'review' as const, label: `${w('To review', 'Por revisar')} ${f.count(toReview)}` }]),
    {
      value: 'unlabelled',
      label: `${w('No label', 'Sin etiqueta')}${unlabeled === 0 ? '' : ` ${f.count(unlabeled)}`}`,
    },
    ...(edited.size === 0 && filter.view !== 'edited'
      ? []
      : [{ value: 'edited' as const, label: `${w('Edited', 'Editadas')} ${f.count(edited.size)}` }]),
  ];
  const orders: { value: Order; label: string }[] = [
    { value: 'file', label: w('As in the files', 'Por archivo') },
    { value: 'name', label: w('By name', 'Por nombre') },
    { value: 'suspicious', label: w('Most suspicious', 'Más dudosas') },
    { value: 'fewest', label: w('Fewest labels', 'Menos etiquetas') },
    { value: 'most', label: w('Most labels', 'Más etiquetas') },
  ];
  return (
    <div className="toolbar">
      <SegmentedControl
        aria-label={w('View', 'Vista')}
        data={views}
        value={filter.view}
        onChange={(view) => setFilter({ view: view as View })}
      />
      <span className="grow" />
      <SplitFilter />
      <TextInput
        className="grid-find"
        data-find
        aria-label={w('Find by path', 'Buscar por ruta')}
        placeholder={w('Find by path', 'Buscar por ruta')}
        leftSection={<IconSearch size={14} />}
        value={filter.text}
        onChange={(event) => setFilter({ text: event.currentTarget.value })}
      />
      <span className="small quiet" role="status" style={{ whiteSpace: 'nowrap' }}>
        {f.count(shown)}
      </span>
      <Select
        aria-label={w('Order', 'Orden')}
        w={150}
        data={orders}
        value={order}
        onChange={(value) => setOrder(value as Order)}
      />
      <Slider
        thumbLabel={w('Size of the photos', 'Tamaño de las fotos')}
        label={null}
        w={80}
        size="xs"
        min={80}
        max={320}
        step={4}
        value={edge}
        onChange={(value) => useDataset.setState({ edge: value })}
      />
      <Button className="panel-button" variant="default" aria-expanded={panelOpen} onClick={onPanel}>
        {w('Problems', 'Problemas')} {f.count(problems)}
      </Button>
    </div>
  );
}

/** The labels and the problem that the grid is filtered by, in words; a click on a name changes between or, and, not. */
export function FilterBar({ problems }: { problems: readonly LabelProblem[] }) {
  const { w, said } = useWording();
  const filter = useDataset((state) => state.filter);
  const problem = problems.find(({ code }) => code === filter.problem);
  if (filter.any.length + filter.all.length + filter.not.length === 0 && filter.problem === null) return null;
  return (
    <div className="filter-bar line-bottom" role="toolbar" aria-label={w('Filter', 'Filtro')}>
      <Chips
        labels={filter.any}
        how="any"
        lead={filter.any.length > 1 ? w('any of', 'alguna de') : w('with', 'con')}
        between={w('or', 'o')}
      />
      <Chips
        labels={filter.all}
        how="all"
        lead={filter.any.length > 0 ? w('and with', 'y con') : w('with', 'con')}
        between={w('and', 'y')}
      />
      <Chips labels={filter.not} how="not" lead={w('without', 'sin')} between={w('or', 'ni')} />
      {filter.problem !== null && (
        <span className="filter-chip">
          <span>{problem === undefined ? w('one problem', 'un problema') : said(problem.title)}</span>
          <CloseChip
            label={w('Take the problem out of the filter', 'Quitar el problema del filtro')}
            onClick={() => setFilter({ problem: null })}
          />
        </span>
      )}
      <span className="small quiet cut grow filter-hint">
        {w('Shift+click: and · Alt+click: not', 'Mayús+clic: y · Alt+clic: no')}
      </span>
      <button
        type="button"
        className="link small"
        onClick={() => setFilter({ any: [], all: [], not: [], problem: null })}
      >
        {w('Clear', 'Quitar')}
      </button>
    </div>
  );
}

const nextHow = { any: 'all', all: 'not', not: 'any' } as const;

function Chips({
  labels,
  how,
  lead,
  between,
}: {
  labels: readonly number[];
  how: 'any' | 'all' | 'not';
  lead: string;
  between: string;
}) {
  const { w } = useWording();
  const names = useDataset((state) => state.labelled.vocabulary);
  if (labels.length === 0) return null;
  const change = (label: number): void => {
    toggleLabel(label, how);
    toggleLabel(label, nextHow[how]);
  };
  return (
    <span className="filter-chip" data-how={how}>
      <span className="accent">{lead}</span>
      {labels.map((label, at) => (
        <span key={label} className="row" style={{ gap: 4 }}>
          {at > 0 && <span className="accent">{between}</span>}
          <button
            type="button"
            className="chip-name"
            title={w('Change: or, and, not', 'Cambiar: o, y, no')}
            aria-label={w(
              `${lead} ${names[label]}: change to or, and, not`,
              `${lead} ${names[label]}: cambiar a o, y, no`,
            )}
            onClick={() => change(label)}
          >
            <Label name={names[label] ?? ''} most={20} />
          </button>
          <CloseChip
            label={w(`Take ${names[label]} out of the filter`, `Quitar ${names[label]} del filtro`)}
            onClick={() => toggleLabel(label, how)}
          />
        </span>
      ))}
    </span>
  );
}

const CloseChip = ({ label, onClick }: { label: string; onClick(): void }) => (
  <button type="button" className="chip-name" aria-label={label} onClick={onClick}>
    <IconX size={12} aria-hidden="true" />
  </button>
);

function SplitFilter() {
  const { w } = useWording();
  const { filter, counts } = useDataset();
  const project = useStudio((state) => state.project);
  if (project === null || counts === null) return null;
  const value = filter.splits.length === 1 ? String(filter.splits[0]) : 'all';
  return (
    <Select
      aria-label={w('Split', 'Partición')}
      w={92}
      value={value}
      data={[
        { value: 'all', label: w('All splits', 'Todo') },
        ...splits.map((_, split) => ({ value: String(split), label: splitName(split, w) })),
      ]}
      onChange={(chosen) => setFilter({ splits: chosen === 'all' ? [] : [Number(chosen)] })}
    />
  );
}
