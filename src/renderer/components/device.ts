import type { Machine } from '../../shared/contract/studio.ts';

/** What trains here: the graphics card where an engine on it is the fastest, else the processor. */
export function deviceOf({ engines, gpus, cpu }: Pick<Machine, 'engines' | 'gpus' | 'cpu'>): string {
  const fastest = engines
    .filter(({ state }) => state === 'works')
    .sort((a, b) => (b.imagesPerSecond ?? 0) - (a.imagesPerSecond ?? 0))[0];
  const name = fastest?.device === 'gpu' ? (gpus[0] ?? fastest.description.text) : cpu.model;
  return name
    .replace(/\(R\)|\(TM\)|CPU|Processor/g, '')
    .replace(/\s+/g, ' ')
    .split('@')[0]!
    .trim();
}
