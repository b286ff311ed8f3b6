import path from 'node:path';
import { z } from 'zod';
import type { EngineSpeed, RememberedSpeed } from '../../../shared/contract/studio.ts';
import { engineSpeedSchema } from '../../../shared/contract/studio.ts';
import { stateFolder } from '../state/places.ts';
import { readStored, writeStored } from '../state/storedJson.ts';

/**
 * engine-speeds.json in the state folder: speeds measured on this machine, by a key of everything that affects them.
 */
const speedsSchema = z.record(z.string(), engineSpeedSchema);
const speedsFile = (): string => path.join(stateFolder(), 'engine-speeds.json');
const read = (): Promise<Record<string, EngineSpeed>> => readStored(speedsFile(), speedsSchema, {});

export const knownSpeed = async (key: string): Promise<EngineSpeed | null> => (await read())[key] ?? null;

export async function rememberSpeed(key: string, speed: EngineSpeed): Promise<void> {
  await writeStored(speedsFile(), { ...(await read()), [key]: speed });
}

/** Newest first. */
export async function rememberedSpeeds(): Promise<RememberedSpeed[]> {
  return Object.entries(await read())
    .map(([id, speed]) => ({ id, ...speed }))
    .sort((a, b) => (a.measuredAt < b.measuredAt ? 1 : -1));
}

/** Null forgets all of them. */
export async function forgetSpeed(id: string | null): Promise<void> {
  const kept = Object.entries(await read()).filter(([other]) => id !== null && other !== id);
  await writeStored(speedsFile(), Object.fromEntries(kept));
}
