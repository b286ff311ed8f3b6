import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { usePictureUrl } from '../stores/pictureVersions.ts';
import { Label } from '../components/Label.tsx';
import { useWording } from '../i18n/words.ts';
import { useKeys } from '../stores/keys.ts';
import { openViewer, useDataset } from '../stores/dataset.ts';
import { useStudio } from '../stores/studio.ts';
import { splitName } from './GridToolbar.tsx';
import type { ImageState } from './labelEdits.ts';
import type { Doubt } from './suspicion.ts';

const GAP = 12;
const CAPTION = 26;
const DOUBT_LINE = 20;

interface Props {
  readonly images: readonly number[];
  readonly doubts: ReadonlyMap<number, readonly Doubt[]>;
  onAccept(images: readonly number[]): void;
}

/** Rows are made only for what is on screen: 100,000 photos scroll like 100. */
export function PhotoGrid({ images, doubts, onAccept }: Props) {
  const { w } = useWording();
  const { index, edge, focus, selected, edited, labelled } = useDataset();
  const project = useStudio((state) => state.project!.id);
  const scroller = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(entry!.contentRect.width));
    watch.observe(scroller.current!);
    return () => watch.disconnect();
  }, []);
  const columns = Math.max(1, Math.floor((width - GAP) / (edge + GAP)));
  const cell = Math.floor((width - GAP * (columns + 1)) / columns);
  const caption = CAPTION + (doubts.size > 0 ? DOUBT_LINE : 0);
  const rows = useVirtualizer({
    count: Math.ceil(images.length / columns),
    getScrollElement: () => scroller.current,
    estimateSize: () => cell + caption + GAP,
    overscan: 3,
  });
  useEffect(() => rows.measure(), [rows, cell, caption]);

  const at = focus === null ? 0 : Math.max(0, images.indexOf(focus));
  const move = (steps: number, extend = false): void => {
    const next = Math.min(images.length - 1, Math.max(0, at + steps));
    const image = images[next]!;
    const chosen = extend ? new Set([...selected, images[at]!, image]) : selected;
    useDataset.setState({ focus: image, selected: chosen });
    rows.scrollToIndex(Math.floor(next / columns));
  };
  const targets = (): number[] => (selected.size > 0 ? [...selected] : [images[at]!]);
  const toggleSelected = (image: number): void => {
    const next = new Set(selected);
    if (!next.delete(image)) next.add(image);
    useDataset.setState({ selected: next, focus: image });
  };
  useKeys({
    ArrowRight: () => move(1),
    ArrowLeft: () => move(-1),
    ArrowDown: () => move(columns),
    ArrowUp: () => move(-columns),
    j: () => move(1),
    k: () => move(-1),
    'shift+ArrowRight': () => move(1, true),
    'shift+ArrowLeft': () => move(-1, true),
    'shift+ArrowDown': () => move(columns, true),
    'shift+ArrowUp': () => move(-columns, true),
    PageDown: () => move(columns * 3),
    PageUp: () => move(-columns * 3),
    Home: () => move(-images.length),
    End: () => move(images.length),
    Space: () => toggleSelected(images[at]!),
    Enter: () => openViewer(images[at]!),
    'mod+a': () => useDataset.setState({ selected: new Set(images) }),
    Escape: () => useDataset.setState({ selected: new Set<number>() }),
    a: () => onAccept(targets()),
  });
  const click = (image: number, event: React.MouseEvent): void => {
    if (event.shiftKey && focus !== null) {
      const [from, to] = [images.indexOf(focus), images.indexOf(image)].sort((a, b) => a - b) as [number, number];
      useDataset.setState({
        selected: new Set([...selected, ...images.slice(Math.max(0, from), to + 1)]),
        focus: image,
      });
    } else if (event.ctrlKey || event.metaKey) toggleSelected(image);
    else useDataset.setState({ focus: image });
  };
  // The same functions at every scroll, so that photos that stay are not drawn anew.
  const now = useRef({ click, toggleSelected });
  now.current = { click, toggleSelected };
  const hands = useMemo(
    () => ({
      click: (image: number, event: React.MouseEvent) => now.current.click(image, event),
      toggle: (image: number) => now.current.toggleSelected(image),
    }),
    [],
  );
  return (
    <div
      ref={scroller}
      className="scroll grow photo-grid"
      role="grid"
      aria-label={w('Photos', 'Fotos')}
      aria-rowcount={Math.ceil(images.length / columns)}
      tabIndex={0}
    >
      <div role="presentation" style={{ height: rows.getTotalSize() + GAP, position: 'relative' }}>
        {rows.getVirtualItems().map(({ index: row, start }) => (
          <div
            key={row}
            role="row"
            aria-rowindex={row + 1}
            className="photo-row"
            style={{ transform: `translateY(${start + GAP}px)`, gap: GAP, paddingInline: GAP }}
          >
            {images.slice(row * columns, (row + 1) * columns).map((image) => (
              <Photo
                key={image}
                image={image}
                project={project}
                path={index!.paths[image]!}
                state={labelled.states[image]!}
                vocabulary={labelled.vocabulary}
                cell={cell}
                focused={focus === image}
                chosen={selected.has(image)}
                edited={edited.has(image)}
                doubts={doubts.get(image) ?? none}
                hands={hands}
              />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

/** Thumbnails are made in a few sizes, so that the slider does not make new ones at every step. */
const edges = [128, 256, 512];
export const thumbnailEdge = (cell: number): number =>
  edges.find((edge) => edge >= cell * Math.min(2, window.devicePixelRatio)) ?? 512;

const none: readonly Doubt[] = [];

interface PhotoProps {
  readonly image: number;
  readonly project: string;
  readonly path: string;
  readonly state: ImageState;
  readonly vocabulary: readonly string[];
  readonly cell: number;
  readonly focused: boolean;
  readonly chosen: boolean;
  readonly edited: boolean;
  readonly doubts: readonly Doubt[];
  readonly hands: { click(image: number, event: React.MouseEvent): void; toggle(image: number): void };
}

const Photo = memo(function Photo({
  image,
  project,
  path,
  state,
  vocabulary,
  cell,
  focused,
  chosen,
  edited,
  doubts,
  hands,
}: PhotoProps) {
  const { w, f } = useWording();
  const pictureUrl = usePictureUrl();
  const [broken, setBroken] = useState(false);
  const names = state.labels.map((label) => vocabulary[label]!);
  return (
    <div
      role="gridcell"
      aria-selected={chosen}
      data-focus={focused}
      className="photo"
      style={{ width: cell }}
      onClick={(event) => hands.click(image, event)}
      onDoubleClick={() => openViewer(image)}
    >
      <div className="photo-frame" style={{ height: cell }}>
        {broken ? (
          <span className="small quiet" style={{ padding: 8 }}>
            {w('cannot be read', 'no se puede leer')}
          </span>
        ) : (
          <img
            src={pictureUrl(project, path, { kind: 'thumbnail', edge: thumbnailEdge(cell) })}
            alt={`${path}: ${names.join(', ')}`}
            loading="lazy"
            decoding="async"
            draggable={false}
            onError={() => setBroken(true)}
          />
        )}
        <button
          type="button"
          className="photo-tick"
          tabIndex={-1}
          aria-label={w(`Select ${path}`, `Seleccionar ${path}`)}
          aria-pressed={chosen}
          onClick={(event) => {
            event.stopPropagation();
            hands.toggle(image);
          }}
        >
          ✓
        </button>
        {edited && <span className="photo-edited" title={w('edited, not saved', 'editada, sin guardar')} />}
      </div>
      <div className="photo-names small">
        <i className={`swatch square ${['train', 'val', 'test'][state.split]}`} title={splitName(state.split, w)} />
        {state.removed ? (
          <s className="quiet">{w('taken out', 'quitada')}</s>
        ) : names.length === 0 ? (
          <span className="quiet">{w('no label', 'sin etiqueta')}</span>
        ) : (
          <bdi className="cut" title={names.join(', ')}>
            {names.join(', ')}
          </bdi>
        )}
      </div>
      {doubts.length > 0 && (
        <div className={`photo-doubt small ${doubts[0]!.kind}`}>
          <span className="cut">
            {doubts[0]!.kind === 'missing' ? '+' : '−'} <Label name={vocabulary[doubts[0]!.label]!} most={18} />
          </span>
          &nbsp;{f.score(doubts[0]!.score, 2)}
        </div>
      )}
    </div>
  );
});
