import type { CSSProperties } from 'react';

/** Letters kept at the end of a truncated name: names that begin alike differ there. */
const TAIL = 5;
/** Scripts whose letters join are never split. */
const joining = /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}]/u;
const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * A label's name, truncated in the middle when space is short, in its own writing direction, with the full name in the
 * tooltip.
 */
export function Label({ name, most = 40 }: { name: string; most?: number }) {
  const all = [...letters.segment(name)].map(({ segment }) => segment);
  const short = all.length < 2 * TAIL;
  const bounds = { '--most': `${most}ch` } as CSSProperties;
  if (short || joining.test(name))
    return (
      <bdi className="label-name whole" title={short ? undefined : name} style={bounds}>
        {name}
      </bdi>
    );
  return (
    <bdi className="label-name" title={name} style={bounds}>
      <span className="cut">{all.slice(0, -TAIL).join('')}</span>
      <span>{all.slice(-TAIL).join('')}</span>
    </bdi>
  );
}
