import type { Bins, CountScales, Layout } from './layout.ts';
import { BIN_WIDTH, BINS } from './layout.ts';

const GAP = 2;
const ERRORS = 'errors';

/** Bars of errors at the threshold k are hatched. */
export function Bars({
  bins,
  scales,
  layout,
  k,
}: {
  readonly bins: Bins;
  readonly scales: CountScales;
  readonly layout: Layout;
  readonly k: number;
}) {
  const { x, left, right, axis } = layout;
  const width = (right - left) / BINS - GAP;
  return (
    <>
      <defs>
        <pattern id={ERRORS} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <line x1="0" y1="0" x2="0" y2="5" stroke="var(--bg-1)" strokeWidth="2" />
        </pattern>
      </defs>
      {Array.from({ length: BINS }, (_, bin) => {
        const place = { x: x(bin * BIN_WIDTH) + GAP / 2, width };
        const [positives, negatives] = [bins.positives[bin]!, bins.negatives[bin]!];
        const beyond = (bin + 0.5) * BIN_WIDTH >= k;
        const top = scales.positive(positives);
        return (
          <g key={bin}>
            {positives > 0 && <Bar {...place} y={top} height={axis - top} color="var(--pos)" wrong={!beyond} />}
            {negatives > 0 && (
              <Bar
                {...place}
                y={axis + 1}
                height={scales.negative(negatives) - axis}
                color="var(--neg)"
                wrong={beyond}
              />
            )}
          </g>
        );
      })}
    </>
  );
}

function Bar({
  wrong,
  color,
  ...box
}: {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly color: string;
  readonly wrong: boolean;
}) {
  return (
    <>
      <rect {...box} rx={1} fill={color} opacity={wrong ? 1 : 0.5} />
      {wrong && <rect {...box} fill={`url(#${ERRORS})`} />}
    </>
  );
}
