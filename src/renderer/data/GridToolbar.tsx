import { Button, SegmentedControl, Select, Slider, TextInput } from '@mantine/core';
import { IconSearch, IconX } from '@tabler/icons-react';
import { findingTexts } from '../../shared/findings.ts';
import { splits } from '../../shared/contract/dataset.ts';
import { Label } from '../components/Label.tsx';
import type { Translate } from '../i18n/words.ts';
import { useWording } from '../i18n/words.ts';
import { useDataset } from '../stores/dataset.ts';
import { setFilter, setOrder, toggleLabel } from '../stores/view.ts';
import { useStudio } from '../stores/studio.ts';
import type { Order, View } from './filter.ts';

export const splitName = (split: number, t: Translate): string =>
  [t('common.trainInline'), t('common.val'), t('data.test')][split] ?? '';

interface Props {
  readonly shown: number;
  readonly toReview: number;
  readonly unlabeled: number;
  readonly problems: number;
  readonly panelOpen: boolean;
  onPanel(): void;
}

export function GridToolbar({ shown, toReview, unlabeled, problems, panelOpen, onPanel }: Props) {
  const { t, f } = useWording();
  const { filter, order, edge, edited, opinion } = useDataset();
  const views: { value: View; label: string }[] = [
    { value: 'all', label: t('data.all') },
    ...(opinion === null ? [] : [{ value: 'review' as const, label: `${t('data.review')} ${f.count(toReview)}` }]),
    {
      value: 'unlabeled',
      label: `${t('common.noLabel')}${unlabeled === 0 ? '' : ` ${f.count(unlabeled)}`}`,
    },
    ...(edited.size === 0 && filter.view !== 'edited'
      ? []
      : [{ value: 'edited' as const, label: `${t('data.edited')} ${f.count(edited.size)}` }]),
  ];
  const orders: { value: Order; label: string }[] = [
    { value: 'file', label: t('data.files') },
    { value: 'name', label: t('data.name') },
    { value: 'suspicious', label: t('data.mostSuspicious') },
    { value: 'fewest', label: t('data.fewestLabels') },
    { value: 'most', label: t('data.mostLabels') },
  ];
  return (
    <div className="toolbar">
      <SegmentedControl
        aria-label={t('data.view')}
        data={views}
        value={filter.view}
        onChange={(view) => setFilter({ view })}
      />
      <span className="grow" />
      <SplitFilter />
      <TextInput
        className="grid-find"
        data-find
        aria-label={t('data.findPath')}
        placeholder={t('data.findPath')}
        leftSection={<IconSearch size={14} />}
        value={filter.text}
        onChange={(event) => setFilter({ text: event.currentTarget.value })}
      />
      <span className="small quiet nowrap" role="status">
        {f.count(shown)}
      </span>
      <Select
        aria-label={t('data.order')}
        w={150}
        data={orders}
        value={order}
        onChange={(value) => setOrder(value as Order)}
      />
      <Slider
        thumbLabel={t('data.sizeOfPhotos')}
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
        {t('data.problems')} {f.count(problems)}
      </Button>
    </div>
  );
}

/** Shows the labels and the finding that the grid is filtered by; a click on a label switches between or, and, not. */
export function FilterBar() {
  const { t, said } = useWording();
  const filter = useDataset((state) => state.filter);
  if (filter.any.length + filter.all.length + filter.not.length === 0 && filter.problem === null) return null;
  return (
    <div className="filter-bar line-bottom" role="toolbar" aria-label={t('data.filter')}>
      <Chips
        labels={filter.any}
        how="any"
        lead={filter.any.length > 1 ? t('data.anyOf') : t('data.with')}
        between={t('data.or')}
      />
      <Chips
        labels={filter.all}
        how="all"
        lead={filter.any.length > 0 ? t('data.andWith') : t('data.with')}
        between={t('data.and')}
      />
      <Chips labels={filter.not} how="not" lead={t('data.without')} between={t('data.orInline')} />
      {filter.problem !== null && (
        <span className="filter-chip">
          <span>{said(findingTexts[filter.problem].title)}</span>
          <CloseChip label={t('data.takeProblemOutOfFilter')} onClick={() => setFilter({ problem: null })} />
        </span>
      )}
      <span className="small quiet cut grow filter-hint">{t('data.shiftClickAltClickNot')}</span>
      <button
        type="button"
        className="link small"
        onClick={() => setFilter({ any: [], all: [], not: [], problem: null })}
      >
        {t('data.clear')}
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
  const { t } = useWording();
  const names = useDataset((state) => state.labeled.vocabulary);
  if (labels.length === 0) return null;
  const change = (label: number): void => {
    toggleLabel(label, how);
    toggleLabel(label, nextHow[how]);
  };
  return (
    <span className="filter-chip" data-how={how}>
      <span className="accent">{lead}</span>
      {labels.map((label, at) => (
        <span key={label} className="row tight">
          {at > 0 && <span className="accent">{between}</span>}
          <button
            type="button"
            className="chip-name"
            title={t('data.changeNot')}
            aria-label={t('data.changeNot2', { lead, label: names[label]! })}
            onClick={() => change(label)}
          >
            <Label name={names[label] ?? ''} most={20} />
          </button>
          <CloseChip
            label={t('data.takeOutOfFilter', { label: names[label]! })}
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
  const { t } = useWording();
  const { filter, counts } = useDataset();
  const project = useStudio((state) => state.project);
  if (project === null || counts === null) return null;
  const value = filter.splits.length === 1 ? String(filter.splits[0]) : 'all';
  return (
    <Select
      aria-label={t('data.split')}
      w={92}
      value={value}
      data={[
        { value: 'all', label: t('data.allSplits') },
        ...splits.map((_, split) => ({ value: String(split), label: splitName(split, t) })),
      ]}
      onChange={(chosen) => setFilter({ splits: chosen === 'all' ? [] : [Number(chosen)] })}
    />
  );
}
