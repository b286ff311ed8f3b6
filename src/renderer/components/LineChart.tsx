import type { ChartDataset, Plugin } from 'chart.js';
import { Chart, LinearScale, LineController, LineElement, LogarithmicScale, PointElement } from 'chart.js';
import { useEffect, useRef } from 'react';
import { useWording } from '../i18n/words.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale);

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Series {
  readonly name: string;
  /** A design token: '--val'. */
  readonly color: string;
  /** Sorted by x, with at most one point per pixel: every redraw takes time from a running training. */
  readonly points: readonly Point[];
  readonly width?: number;
  readonly dashed?: boolean;
  /** Raw values behind a smoothed curve. */
  readonly faint?: boolean;
  /** Labels the curve at its end. */
  readonly direct?: boolean;
  /** Marks this point with a ring and a caption. */
  readonly mark?: { readonly x: number; readonly y: number; readonly text: string; readonly above?: boolean };
}

interface Props {
  readonly series: readonly Series[];
  readonly label: string;
  readonly xMin?: number;
  readonly xMax?: number;
  /** Logarithmic x axis; all x must be above 0. */
  readonly logarithmic?: boolean;
  readonly yMin?: number;
  readonly yMax?: number;
  readonly digits?: number;
  readonly percent?: boolean;
  /** An event at an x: a short line on the axis with a caption. */
  readonly tick?: { readonly x: number; readonly text: string };
}

interface Mark {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly color: string;
  readonly ring: boolean;
  readonly above?: boolean;
}
type Drawn = Chart<'line', Point[]> & { marks?: readonly Mark[]; tick?: Props['tick']; tickColor?: string };

/** Line chart in the tokens' colors, drawn without animation and only on changes. */
export function LineChart({
  series,
  label,
  xMin = 0,
  xMax,
  logarithmic = false,
  yMin,
  yMax,
  digits = 2,
  percent = false,
  tick,
}: Props) {
  const { f, language } = useWording();
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<Drawn | null>(null);
  const draw = useRef<() => void>(() => undefined);
  useEffect(() => {
    chart.current = new Chart<'line', Point[]>(canvas.current!, {
      type: 'line',
      data: { datasets: [] },
      plugins: [directLabels],
      options: {
        animation: false,
        parsing: false,
        normalized: true,
        responsive: true,
        maintainAspectRatio: false,
        events: [],
        layout: { padding: { right: 12, top: 8 } },
        elements: { point: { radius: 0 } },
      },
    });
    const themes = new MutationObserver(() => draw.current());
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => {
      themes.disconnect();
      chart.current?.destroy();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    draw.current = () => {
      const own = chart.current;
      if (own === null) return;
      const tokens = getComputedStyle(document.documentElement);
      const color = (token: string): string => tokens.getPropertyValue(token).trim();
      own.data.datasets = series.map((line): ChartDataset<'line', Point[]> => ({
        label: line.name,
        data: line.points as Point[],
        borderColor: color(line.color) + (line.faint === true ? '55' : ''),
        borderWidth: line.width ?? 2,
        borderDash: line.dashed === true ? [5, 4] : [],
        pointRadius: line.points.length === 1 ? 3 : 0,
        pointBackgroundColor: color(line.color),
        indexAxis: 'x',
      }));
      const grid = color('--grid');
      const ticks = {
        color: color('--text-3'),
        font: { size: 11, family: color('--font-ui') },
        maxRotation: 0,
        autoSkipPadding: 20,
      };
      const empty = series.every(({ points }) => points.length === 0);
      // As many digits as needed to tell neighboring ticks apart.
      const write = (value: number | string, _: number, ticks: readonly { readonly value: number }[]): string => {
        const unit = percent ? 100 : 1;
        const step = unit * Math.abs((ticks[1]?.value ?? 1) - (ticks[0]?.value ?? 0));
        const needed = step > 0 ? Math.ceil(-Math.log10(step) - 1e-9) : 0;
        return f.decimal(unit * Number(value), Math.min(6, Math.max(percent ? 0 : digits, needed)));
      };
      const along = {
        min: xMin,
        ...(xMax !== undefined && { max: xMax }),
        grid: { display: false },
        border: { color: grid },
      };
      own.options.scales = {
        x: logarithmic
          ? { type: 'logarithmic', ...along, ticks: { ...ticks, callback: powerOfTen } }
          : { type: 'linear', ...along, ticks: { ...ticks, precision: 0 } },
        y: {
          type: 'linear',
          ...(empty && { min: 0, max: 1 }),
          ...(yMin !== undefined && { min: yMin }),
          ...(yMax !== undefined && { max: yMax }),
          grace: '4%',
          grid: { color: grid },
          border: { display: false },
          ticks: { ...ticks, maxTicksLimit: 6, includeBounds: false, callback: write },
        },
      };
      own.marks = series.flatMap((line): Mark[] => [
        ...(line.mark === undefined ? [] : [{ ...line.mark, color: color(line.color), ring: true }]),
        ...(line.direct === true && line.points.length > 0
          ? [{ ...line.points.at(-1)!, text: line.name, color: color(line.color), ring: false }]
          : []),
      ]);
      own.tick = tick;
      own.tickColor = color('--text-3');
      own.update('none');
    };
    draw.current();
  }, [series, xMin, xMax, logarithmic, yMin, yMax, digits, percent, tick?.x, tick?.text, f, language]);
  return (
    <div className="chart">
      <canvas ref={canvas} role="img" aria-label={label} />
    </div>
  );
}

/** Labels only the powers of ten ('10⁻³'). */
function powerOfTen(value: number | string): string | null {
  const power = Math.log10(Number(value));
  if (Math.abs(power - Math.round(power)) > 1e-9) return null;
  const digits = Array.from(String(Math.round(power)), (digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]));
  return `10${digits.join('')}`;
}

/** Labels the curves directly, so that no legend is needed. */
const directLabels: Plugin<'line'> = {
  id: 'directLabels',
  afterDatasetsDraw(chart) {
    const { ctx, scales, chartArea } = chart;
    const { marks = [], tick, tickColor = '' } = chart as Drawn;
    const taken: number[] = [];
    ctx.save();
    ctx.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const background = getComputedStyle(chart.canvas).getPropertyValue('--bg-1');
    for (const { x, y, text, color, ring, above = !ring } of marks) {
      const [px, py] = [scales.x!.getPixelForValue(x), scales.y!.getPixelForValue(y)];
      if (px < chartArea.left - 1 || px > chartArea.right + 1) continue;
      ctx.fillStyle = color;
      ctx.strokeStyle = color;
      if (ring) {
        ctx.lineWidth = 2;
        ctx.beginPath();
        ctx.arc(px, py, 4, 0, 2 * Math.PI);
        ctx.stroke();
      }
      const width = ctx.measureText(text).width;
      let ty = above ? py - 7 : py + 18;
      while (taken.some((other) => Math.abs(other - ty) < 13)) ty += 13;
      taken.push(ty);
      const at = [
        Math.min(px + (ring && above ? 6 : 2), chartArea.right - width),
        Math.max(chartArea.top + 10, Math.min(ty, chartArea.bottom - 4)),
      ] as const;
      // A background keeps passing curves from striking the text through.
      ctx.strokeStyle = background;
      ctx.lineWidth = 4;
      ctx.lineJoin = 'round';
      ctx.strokeText(text, ...at);
      ctx.fillText(text, ...at);
    }
    if (tick !== undefined) {
      const px = scales.x!.getPixelForValue(tick.x);
      ctx.fillStyle = tickColor;
      ctx.fillRect(px, chartArea.bottom - 8, 1, 8);
      ctx.fillText(
        tick.text,
        Math.min(px + 5, chartArea.right - ctx.measureText(tick.text).width),
        chartArea.bottom - 3,
      );
    }
    ctx.restore();
  },
};
