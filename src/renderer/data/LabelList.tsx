import { Select, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { splits } from '../../shared/contract/dataset.ts';
import { Label } from '../components/Label.tsx';
import { useWording } from '../i18n/words.ts';
import { useKeys } from '../stores/keys.ts';
import { useDataset } from '../stores/dataset.ts';
import { toggleLabel } from '../stores/view.ts';

const ROW = 26;

/**
 * Labels with one bar per split, each relative to its split: a balanced label has three equal bars. A dashed bar means
 * that the split has no such image.
 */
export function LabelList() {
  const { t, f } = useWording();
  const { labeled, counts, filter } = useDataset();
  const [query, setQuery] = useState('');
  const [order, setOrder] = useState<string | null>('count');
  const scroller = useRef<HTMLDivElement>(null);
  const find = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => find.current?.focus() });
  const shown = useMemo(() => {
    const wanted = query.trim().toLowerCase();
    const found = labeled.vocabulary.flatMap((name, label) => (name.toLowerCase().includes(wanted) ? [label] : []));
    return order === 'name' ? found : found.sort((a, b) => (counts?.all[b] ?? 0) - (counts?.all[a] ?? 0));
  }, [labeled.vocabulary, counts, query, order]);
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const most =
    counts === null
      ? 1
      : Math.max(
          ...splits.map((_, split) => Math.max(0, ...counts.bySplit[split]!) / Math.max(1, counts.images[split]!)),
          1e-9,
        );
  return (
    <aside className="panel line-right label-list" aria-label={t('common.labels2')}>
      <div className="panel-head centered">
        <h2>{t('common.labels2')}</h2>
        <span className="quiet">{f.count(labeled.vocabulary.length)}</span>
        <Select
          className="push rigid"
          variant="unstyled"
          aria-label={t('data.orderOfLabels')}
          w={118}
          data={[
            { value: 'count', label: t('data.count') },
            { value: 'name', label: t('data.nameInline') },
          ]}
          value={order}
          onChange={setOrder}
        />
      </div>
      <div className="label-find">
        <TextInput
          ref={find}
          aria-label={t('data.findLabel')}
          placeholder={t('data.findLabel')}
          leftSection={<IconSearch size={14} />}
          rightSection={<kbd>/</kbd>}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
      </div>
      <div className="row small soft split-key">
        {splits.map((split) => (
          <span key={split} className="row tight">
            <i className={`swatch ${split}`} />
            {split}
          </span>
        ))}
        <span className="row tight">
          <i className="swatch none" />
          {t('data.none')}
        </span>
      </div>
      <div ref={scroller} className="scroll grow" role="group" aria-label={t('data.filterLabelClickAddsAlt')}>
        <div className="virtual" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index: at, start }) => {
            const label = shown[at]!;
            const name = labeled.vocabulary[label]!;
            const mode = filter.any.includes(label)
              ? 'any'
              : filter.all.includes(label)
                ? 'all'
                : filter.not.includes(label)
                  ? 'not'
                  : 'off';
            return (
              <button
                key={label}
                type="button"
                className="label-row"
                data-mode={mode}
                aria-pressed={mode !== 'off'}
                style={{ transform: `translateY(${start}px)`, height: ROW }}
                onClick={(event) => toggleLabel(label, event.altKey ? 'not' : event.shiftKey ? 'all' : 'any')}
              >
                <span className="tick" aria-hidden="true">
                  {mode === 'not' ? '−' : mode === 'off' ? '' : '✓'}
                </span>
                <span className="grow cut">
                  <Label name={name} most={28} />
                </span>
                <span className="split-bars" aria-hidden="true">
                  {splits.map((split, number) => {
                    const count = counts?.bySplit[number]![label] ?? 0;
                    return (
                      <i
                        key={split}
                        className={`${split} ${count === 0 ? 'none' : ''}`}
                        style={
                          count === 0
                            ? undefined
                            : { width: `${Math.max(4, (100 * count) / Math.max(1, counts!.images[number]!) / most)}%` }
                        }
                      />
                    );
                  })}
                </span>
                <span className="num soft">{f.count(counts?.all[label] ?? 0)}</span>
              </button>
            );
          })}
        </div>
      </div>
    </aside>
  );
}
