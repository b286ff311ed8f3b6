import { useWording } from '../../i18n/words.ts';
import type { CountScales, Layout } from './layout.ts';

const unique = (counts: readonly number[]): number[] => [...new Set(counts)];

/** The line between positives and negatives, with the counts of some bars beside it. */
export function CountAxis({ scales, layout }: { readonly scales: CountScales; readonly layout: Layout }) {
  const { f } = useWording();
  const { left, right, axis } = layout;
  const { positive, negative, mostPositives, mostNegatives } = scales;
  return (
    <>
      <line x1={left} x2={right} y1={axis} y2={axis} stroke="var(--control-line)" />
      {unique([1, Math.round(mostPositives / 2), mostPositives]).map((count) => (
        <text key={`p${count}`} x={left - 6} y={positive(count) + 4} textAnchor="end">
          {f.count(count)}
        </text>
      ))}
      {unique([Math.round(mostNegatives / 4), mostNegatives])
        .filter((count) => count > 0)
        .map((count) => (
          <text key={`n${count}`} x={left - 6} y={negative(count)} textAnchor="end">
            {f.count(count)}
          </text>
        ))}
    </>
  );
}

/** The score in tenths, at the bottom. */
export function ScoreAxis({ layout: { x, height } }: { readonly layout: Layout }) {
  const { f } = useWording();
  return Array.from({ length: 11 }, (_, tenth) => (
    <text key={tenth} x={x(tenth * 25.6)} y={height - 2} textAnchor="middle">
      {f.score(tenth / 10, 1)}
    </text>
  ));
}
