import { z } from 'zod';
import type { EngineReport, MachineReport } from '../../../shared/contract/studio.ts';
import { machineReportSchema } from '../../../shared/contract/studio.ts';
import { messageSchema } from '../../../shared/message.ts';
import { toProblemData } from '../../../shared/problem.ts';
import { startJob } from '../../jobs/startJob.ts';
import { engineKinds } from '../../pipeline/engine/registry.ts';
import type { EngineKind } from '../../pipeline/engine/registry.ts';
import { enginesFolder } from '../state/places.ts';

const trialSchema = z.object({
  device: z.enum(['cpu', 'gpu']),
  description: messageSchema,
  imagesPerSecond: z.number(),
});

/** What this machine can do. Each engine is tried in a process of its own: what its driver does to it harms nothing else. */
export async function surveyMachine(folder: string, signal?: AbortSignal): Promise<MachineReport> {
  const facts = (await startJob({ type: 'doctor', folder }, { signal }).result) as object;
  const engines: EngineReport[] = [];
  for (const kind of engineKinds) engines.push(await report(kind, signal));
  return machineReportSchema.parse({ ...facts, engines });
}

async function report(kind: EngineKind, signal: AbortSignal | undefined): Promise<EngineReport> {
  const { name, device } = kind;
  const missing = await kind.missing(enginesFolder());
  if (missing !== null)
    return { name, device, state: 'not tried', description: missing.message, fix: missing.fix, imagesPerSecond: null };
  try {
    const trial = trialSchema.parse(
      await startJob({ type: 'tryEngine', engine: name, enginesFolder: enginesFolder() }, { signal }).result,
    );
    return { name, state: 'works', fix: null, ...trial };
  } catch (error) {
    // A cancelled trial says nothing about the engine.
    if (signal?.aborted === true) throw error;
    const { message: text, code, params } = toProblemData(error);
    return { name, device, state: 'fails', description: { text, code, params }, fix: null, imagesPerSecond: null };
  }
}
