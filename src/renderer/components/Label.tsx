import type { CSSProperties } from 'react';

/** How many letters stay at the end where a long name is cut: names that begin alike differ there. */
const TAIL = 5;
/** Scripts whose letters join: they are not taken apart. */
const joining = /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}]/u;
const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A label's name: cut in the middle as far as there is no room for it, in its own writing direction, whole in the tooltip. */
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
