import type { Html } from './html.ts';
import { escape } from './html.ts';

/* Small charts as inline SVG. They need no script, print well, and screen readers announce them by their title. */

export interface Series {
  readonly points: readonly (readonly [x: number, y: number])[];
  /** CSS class with the color and dashes, because color alone must not tell the series apart. */
  readonly look: 'first' | 'second' | 'third' | 'guide';
  /** Draws steps that extend each value back to the point before, as for precision over recall. */
  readonly steps?: boolean;
  readonly dots?: boolean;
}

export interface Chart {
  readonly title: string;
  readonly x: { readonly name: string; readonly from: number; readonly to: number };
  readonly y: { readonly name: string; readonly from: number; readonly to: number };
  readonly series: readonly Series[];
  /** Marks a point, such as the threshold in use. */
  readonly mark?: readonly [x: number, y: number] | undefined;
  readonly size?: 'small' | 'large';
}

const frames = {
  small: { width: 176, height: 132, left: 26, right: 6, top: 6, bottom: 22 },
  large: { width: 420, height: 260, left: 40, right: 10, top: 8, bottom: 36 },
} as const;

export function chart({ title, x, y, series, mark, size = 'large' }: Chart): Html {
  const { width, height, left, right, top, bottom } = frames[size];
  const px = (value: number): number => left + ((value - x.from) / (x.to - x.from)) * (width - left - right);
  const py = (value: number): number =>
    height - bottom - ((value - y.from) / (y.to - y.from)) * (height - top - bottom);
  const at = ([a, b]: readonly [number, number]): string => `${px(a).toFixed(1)} ${py(b).toFixed(1)}`;
  const path = ({ points, steps }: Series): string =>
    points
      .map((point, i) =>
        i === 0 ? `M${at(point)}` : steps ? `V${py(point[1]).toFixed(1)}H${px(point[0]).toFixed(1)}` : `L${at(point)}`,
      )
      .join('');
  const ticks = [0, 0.5, 1];
  const grid = ticks
    .map((share) => {
      const [tickX, tickY] = [x.from + share * (x.to - x.from), y.from + share * (y.to - y.from)];
      return (
        `<path class="grid" d="M${left} ${py(tickY).toFixed(1)}H${width - right}"/>` +
        `<text x="${left - 4}" y="${(py(tickY) + 3).toFixed(1)}" text-anchor="end">${tick(tickY)}</text>` +
        `<text x="${px(tickX).toFixed(1)}" y="${height - bottom + 12}" ` +
        `text-anchor="${share === 0 ? 'start' : share === 1 ? 'end' : 'middle'}">${tick(tickX)}</text>`
      );
    })
    .join('');
  const dot = (look: string, [x0, y0]: readonly [number, number]): string =>
    `<circle class="${look}" cx="${px(x0).toFixed(1)}" cy="${py(y0).toFixed(1)}" r="3"/>`;
  const lines = series
    .map(
      (one) =>
        `<path class="line ${one.look}" d="${path(one)}"/>` +
        (one.dots ? one.points.map((point) => dot(one.look, point)).join('') : ''),
    )
    .join('');
  const marked =
    mark === undefined
      ? ''
      : `<circle class="mark" cx="${px(mark[0]).toFixed(1)}" cy="${py(mark[1]).toFixed(1)}" ` +
        `r="${size === 'small' ? 3 : 4}"/>`;
  const names =
    size === 'small'
      ? ''
      : `<text x="${(left + width - right) / 2}" y="${height - 6}" ` +
        `text-anchor="middle">${escape(x.name)}</text>` +
        `<text transform="rotate(-90)" x="${-(top + height - bottom) / 2}" y="11" ` +
        `text-anchor="middle">${escape(y.name)}</text>`;
  return (
    `<svg class="${size}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">` +
    `<title>${escape(title)}</title>${grid}${names}${lines}${marked}</svg>`
  );
}

const tick = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2).replace(/0$/, ''));

/** A bar for 0..1 with its interval, for a table cell. */
export function bar(value: number | null, low: number | null, high: number | null): Html {
  if (value === null) return '';
  const at = (share: number): string => (share * 72).toFixed(1);
  const span = low === null || high === null ? '' : `<path class="span" d="M${at(low)} 5H${at(high)}"/>`;
  return (
    `<svg class="bar" viewBox="0 0 72 10" aria-hidden="true"><rect class="rest" width="72" height="10" rx="2"/>` +
    `<rect class="value" width="${at(value)}" height="10" rx="2"/>${span}</svg>`
  );
}
