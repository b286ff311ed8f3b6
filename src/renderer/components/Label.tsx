import type { CSSProperties } from 'react';

/** How many letters stay at the end where a long name is cut: names that begin alike differ there. */
const TAIL = 7;
const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A label's name: cut in the middle as far as there is no room for it, in its own writing direction, whole in the tooltip. */
export function Label({ name, most = 40 }: { name: string; most?: number }) {
  const all = [...letters.segment(name)].map(({ segment }) => segment);
  if (all.length <= 2 * TAIL) return <bdi className="cut">{name}</bdi>;
  return <bdi className="label-name" title={name} style={{ '--most': `${most}ch` } as CSSProperties}><span className="cut">{all.slice(0, -TAIL).join('')}</span><span>{all.slice(-TAIL).join('')}</span></bdi>;
}
