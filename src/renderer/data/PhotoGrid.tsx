import { useVirtualizer } from '@tanstack/react-virtual';
import type { Ref } from 'react';
import { memo, useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { usePictureUrl } from '../stores/pictureVersions.ts';
import { Label } from '../components/Label.tsx';
import { useWording } from '../i18n/words.ts';
import { useKeys } from '../stores/keys.ts';
import { useDataset } from '../stores/dataset.ts';
import { clearSelection, focusOn, moveFocus, openViewer, selectAll, selectTo, toggleSelected } from '../stores/view.ts';
import { useStudio } from '../stores/studio.ts';
import { splitName } from './GridToolbar.tsx';
import type { ImageState } from './labelEdits.ts';
import { inSight } from './place.ts';
import type { Doubt } from './suspicion.ts';

const GAP = 12;
const CAPTION = 26;
const DOUBT_LINE = 20;

export interface GridHandle {
  /**
   * True when at least one of these images is visible. Otherwise the grid scrolls to the first, and the result is
   * false.
   */
  reveal(images: readonly number[]): boolean;
}

interface Props {
  readonly ref: Ref<GridHandle>;
  readonly images: readonly number[];
  /** Listed images that no longer match the filter. */
  readonly leaving: ReadonlySet<number>;
  readonly doubts: ReadonlyMap<number, readonly Doubt[]>;
  onAccept(): void;
}

/** Renders only the rows on screen, so that 100,000 images scroll like 100. */
export function PhotoGrid({ ref, images, leaving, doubts, onAccept }: Props) {
  const { t } = useWording();
  const { index, edge, focus, selected, edited, labeled, done } = useDataset();
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

  const at = focus === null ? -1 : images.indexOf(focus);
  const scrollTo = (place: number): void => {
    if (place >= 0) rows.scrollToIndex(Math.floor(place / columns));
  };
  useImperativeHandle(ref, () => ({
    reveal: (wanted) => {
      const { scrollTop, clientHeight } = scroller.current!;
      const seen = wanted.some((image) => {
        const place = images.indexOf(image);
        const top = GAP + Math.floor(place / columns) * (cell + caption + GAP);
        return place >= 0 && inSight({ top, height: cell }, { top: scrollTop, height: clientHeight });
      });
      if (!seen) scrollTo(images.indexOf(wanted[0]!));
      return seen;
    },
  }));
  // A clicked image is already visible: scrolling would put another image under a second click.
  const clicked = useRef<number | null>(null);
  useEffect(() => {
    if (clicked.current !== focus) scrollTo(at);
    clicked.current = null;
  }, [focus, images, columns, cell, done]);
  const move = (steps: number, extend = false): void => moveFocus(steps, extend);
  const onFocus = (act: (image: number) => void) => (): void => {
    if (at >= 0) act(images[at]!);
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
    Space: onFocus(toggleSelected),
    Enter: onFocus(openViewer),
    'mod+a': selectAll,
    Escape: clearSelection,
    a: onAccept,
  });
  const click = (image: number, event: React.MouseEvent): void => {
    clicked.current = image;
    if (event.shiftKey) selectTo(image);
    else if (event.ctrlKey || event.metaKey) toggleSelected(image);
    else focusOn(image);
  };
  // Stable references: new functions on every scroll would redraw all images.
  const hands = useMemo(
    () => ({
      click,
      toggle: (image: number) => {
        clicked.current = image;
        toggleSelected(image);
      },
    }),
    [],
  );
  const drawn = new Set(rows.getVirtualItems().map(({ index: row }) => row));
  return (
    <div
      ref={scroller}
      className="scroll grow photo-grid"
      role="grid"
      aria-label={t('data.photos')}
      aria-rowcount={Math.ceil(images.length / columns)}
      aria-activedescendant={at >= 0 && drawn.has(Math.floor(at / columns)) ? photoId(focus!) : undefined}
      tabIndex={0}
    >
      <div role="presentation" className="virtual" style={{ height: rows.getTotalSize() + GAP }}>
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
                state={labeled.states[image]!}
                vocabulary={labeled.vocabulary}
                cell={cell}
                focused={focus === image}
                chosen={selected.has(image)}
                edited={edited.has(image)}
                leaving={leaving.has(image)}
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

/** Thumbnails exist in a few sizes, so that moving the slider does not create new ones at every step. */
const edges = [128, 256, 512];
export const thumbnailEdge = (cell: number): number =>
  edges.find((edge) => edge >= cell * Math.min(2, window.devicePixelRatio)) ?? 512;

const none: readonly Doubt[] = [];
const photoId = (image: number): string => `photo-${image}`;

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
  readonly leaving: boolean;
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
  leaving,
  doubts,
  hands,
}: PhotoProps) {
  const { t, f } = useWording();
  const pictureUrl = usePictureUrl();
  const [broken, setBroken] = useState(false);
  const names = state.labels.map((label) => vocabulary[label]!);
  return (
    <div
      role="gridcell"
      id={photoId(image)}
      aria-selected={chosen}
      data-focus={focused}
      className="photo"
      style={{ width: cell }}
      onClick={(event) => hands.click(image, event)}
      onDoubleClick={() => openViewer(image)}
    >
      <div className="photo-frame" style={{ height: cell }}>
        {broken ? (
          <span className="small quiet photo-unreadable">{t('data.cannotRead')}</span>
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
          aria-label={t('data.select', { path })}
          aria-pressed={chosen}
          onClick={(event) => {
            event.stopPropagation();
            hands.toggle(image);
          }}
        >
          ✓
        </button>
        {leaving && <span className="photo-leaving small cut">{t('data.noLongerMatches')}</span>}
        {edited && <span className="photo-edited" title={t('data.editedNotSaved')} />}
      </div>
      <div className="photo-names small">
        <i className={`swatch square ${['train', 'val', 'test'][state.split]}`} title={splitName(state.split, t)} />
        {state.removed ? (
          <s className="quiet">{t('data.takenOut')}</s>
        ) : names.length === 0 ? (
          <span className="quiet">{t('data.noLabelInline')}</span>
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
