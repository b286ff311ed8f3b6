/** A label's name: cut in the middle where it is long, in its own writing direction, whole in the tooltip. */
export function Label({ name, most = 40 }: { name: string; most?: number }) {
  const letters = [...name];
  const shown = letters.length <= most ? name : `${letters.slice(0, Math.ceil(most * 0.65)).join('')}…${letters.slice(-Math.floor(most * 0.3)).join('')}`;
  return <bdi className="cut" title={letters.length > most ? name : undefined}>{shown}</bdi>;
}
