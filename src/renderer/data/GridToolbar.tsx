import { Button, SegmentedControl, Select, Slider, TextInput } from '@mantine/core';
import { IconSearch, IconX } from '@tabler/icons-react';
import { splits } from '../../shared/contract/dataset.ts';
import { Label } from '../components/Label.tsx';
import type { Words } from '../i18n/words.ts';
import { useWording } from '../i18n/words.ts';
import { setFilter, toggleLabel, useDataset } from '../stores/dataset.ts';
import { useStudio } from '../stores/studio.ts';
import type { Order, View } from './filter.ts';

export const splitName = (split: number, w: Words): string => [w('train', 'train'), w('val', 'val'), w('test', 'test')][split] ?? '';

interface Props { readonly shown: number; readonly toReview: number; readonly problems: number; readonly panelOpen: boolean; onPanel(): void }

export function GridToolbar({ shown, toReview, problems, panelOpen, onPanel }: Props) {
  const { w, f } = useWording();
  const { filter, order, edge, labelled, edited, opinion } = useDataset();
  const views: { value: View; label: string }[] = [
    { value: 'all', label: w('All', 'Todas') },
    ...(opinion === null ? [] : [{ value: 'review' as const, label: `${w('To review', 'Por revisar')} ${f.count(toReview)}` }]),
    { value: 'unlabelled', label: w('No label', 'Sin etiqueta') },
    ...(edited.size === 0 ? [] : [{ value: 'edited' as const, label: `${w('Edited', 'Editadas')} ${f.count(edited.size)}` }]),
  ];
  const orders: { value: Order; label: string }[] = [
    { value: 'file', label: w('As in the files', 'Por archivo') }, { value: 'name', label: w('By name', 'Por nombre') }, { value: 'suspicious', label: w('Most suspicious', 'Más dudosas') },
    { value: 'fewest', label: w('Fewest labels', 'Menos etiquetas') }, { value: 'most', label: w('Most labels', 'Más etiquetas') },
  ];
  return (
    <div className="toolbar">
      <SegmentedControl aria-label={w('View', 'Vista')} data={views} value={filter.view} onChange={(view) => setFilter({ view: view as View })} />
      <div className="filter-chips">
        <Chips labels={filter.any} between={w('or', 'o')} names={labelled.vocabulary} />
        <Chips labels={filter.all} between={w('and', 'y')} lead={w('with', 'con')} names={labelled.vocabulary} />
        <Chips labels={filter.not} between="," lead={w('without', 'sin')} names={labelled.vocabulary} />
        {filter.problem !== null && <Button variant="light" rightSection={<IconX size={12} aria-hidden="true" />} onClick={() => setFilter({ problem: null })}>{w('one problem', 'un problema')}</Button>}
      </div>
      <SplitFilter />
      <TextInput className="grid-find" data-find aria-label={w('Find by path', 'Buscar por ruta')} placeholder={w('Find by path', 'Buscar por ruta')} leftSection={<IconSearch size={14} />} value={filter.text} onChange={(event) => setFilter({ text: event.currentTarget.value })} />
      <span className="small quiet" role="status" style={{ whiteSpace: 'nowrap' }}>{f.count(shown)}</span>
      <Select aria-label={w('Order', 'Orden')} w={150} data={orders} value={order} onChange={(value) => useDataset.setState({ order: value as Order })} />
      <Slider thumbLabel={w('Size of the photos', 'Tamaño de las fotos')} label={null} w={80} size="xs" min={80} max={320} step={4} value={edge} onChange={(value) => useDataset.setState({ edge: value })} />
      <Button className="panel-button" variant="default" aria-expanded={panelOpen} onClick={onPanel}>{w('Problems', 'Problemas')} {f.count(problems)}</Button>
    </div>
  );
}

function Chips({ labels, between, lead, names }: { labels: readonly number[]; between: string; lead?: string; names: readonly string[] }) {
  const { w } = useWording();
  if (labels.length === 0) return null;
  return (
    <span className="filter-chip">
      {lead !== undefined && <span className="accent">{lead}</span>}
      {labels.map((label, at) => (
        <span key={label} className="row" style={{ gap: 4 }}>
          {at > 0 && <span className="accent">{between}</span>}
          <button type="button" className="chip-name" aria-label={w(`Take ${names[label]} out of the filter`, `Quitar ${names[label]} del filtro`)} onClick={() => toggleLabel(label, 'any')}><Label name={names[label] ?? ''} most={20} /><IconX size={12} aria-hidden="true" /></button>
        </span>
      ))}
    </span>
  );
}

function SplitFilter() {
  const { w } = useWording();
  const { filter, counts } = useDataset();
  const project = useStudio((state) => state.project);
  if (project === null || counts === null) return null;
  const value = filter.splits.length === 1 ? String(filter.splits[0]) : 'all';
  return <Select aria-label={w('Split', 'Partición')} w={92} value={value} data={[{ value: 'all', label: w('All splits', 'Todo') }, ...splits.map((_, split) => ({ value: String(split), label: splitName(split, w) }))]} onChange={(chosen) => setFilter({ splits: chosen === 'all' ? [] : [Number(chosen)] })} />;
}
