import { z } from 'zod';

const epochSchema = z.object({
  type: z.literal('epoch'),
  stage: z.string(),
  phase: z.string(),
  seconds: z.number(),
  waited_seconds: z.number(),
});

/**
 * The share of each stage's training time that steps waited for images, from a run's metrics.jsonl. `seconds` counts
 * from the start of a phase.
 */
export function waitedShares(metricsLines: string): Record<string, number> {
  const phases = new Map<string, { stage: string; seconds: number; waited: number }>();
  for (const line of metricsLines.split('\n')) {
    const epoch = line === '' ? undefined : epochSchema.safeParse(JSON.parse(line)).data;
    if (epoch === undefined) continue;
    const key = `${epoch.stage} ${epoch.phase}`;
    phases.set(key, {
      stage: epoch.stage,
      seconds: epoch.seconds,
      waited: (phases.get(key)?.waited ?? 0) + epoch.waited_seconds,
    });
  }
  const shares: Record<string, number> = {};
  for (const stage of new Set([...phases.values()].map((phase) => phase.stage))) {
    const own = [...phases.values()].filter((phase) => phase.stage === stage);
    const sum = (of: 'seconds' | 'waited'): number => own.reduce((total, phase) => total + phase[of], 0);
    if (sum('seconds') > 0) shares[stage] = sum('waited') / sum('seconds');
  }
  return shares;
}
