import { z } from 'zod';
import type { MachineReport } from '../../../shared/contract/studio.ts';
import { engineReportSchema, machineReportSchema } from '../../../shared/contract/studio.ts';
import { messageSchema } from '../../../shared/messageSchema.ts';
import { problemMessage, toProblemData } from '../../../shared/problem.ts';
import { startJob } from '../../jobs/startJob.ts';
import { engineKinds } from '../../pipeline/engine/registry.ts';
import type { EngineKind } from '../../pipeline/engine/registry.ts';
import { enginesFolder } from '../state/places.ts';

const trialSchema = z.object({
  device: z.enum(['cpu', 'gpu']),
  description: messageSchema,
  imagesPerSecond: z.number(),
});

/** What this machine can do. Each engine is tried in its own process, because a bad driver may crash it. */
export async function surveyMachine(folder: string, signal?: AbortSignal): Promise<MachineReport> {
  const facts = (await startJob({ type: 'doctor', folder, enginesFolder: enginesFolder() }, { signal })
    .result) as object;
  const engines: EngineFindings[] = [];
  for (const kind of engineKinds) engines.push(await tryEngine(kind, signal));
  return machineReportSchema.parse({ ...facts, engines });
}

/** Before it is parsed. */
type EngineFindings = z.input<typeof engineReportSchema>;

async function tryEngine(kind: EngineKind, signal: AbortSignal | undefined): Promise<EngineFindings> {
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
    // A cancelled trial tells nothing about the engine.
    if (signal?.aborted === true) throw error;
    const description = problemMessage(toProblemData(error));
    return { name, device, state: 'fails', description, fix: null, imagesPerSecond: null };
  }
}
