import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { WeightsEntry } from '../../../shared/contract/weights.ts';
import { defaultRunName } from '../../../shared/runName.ts';
import { listRuns } from '../../pipeline/storage/runFolder.ts';
import { runsFolder } from '../state/places.ts';

/** Networks from a project's runs that can be used as starting weights, those of the newest run first. */
export async function networksOfRuns(projectFolder: string): Promise<WeightsEntry[]> {
  const runs = await listRuns(runsFolder(projectFolder));
  const entries = await Promise.all(
    runs.flatMap(({ folder, number, record }) =>
      record.trashed
        ? []
        : (['teacher', 'student'] as const).map(async (stage): Promise<WeightsEntry[]> => {
            const file = path.join(folder, 'models', `${stage}_best.safetensors`);
            const found = record.stages[stage].state === 'finished' ? await stat(file).catch(() => null) : null;
            if (found === null) return [];
            return [
              {
                id: `run-${record.id}-${stage}`,
                name: defaultRunName(number),
                architecture: record.config[stage].architecture,
                page: null,
                host: null,
                license: null,
                megabytes: found.size / 1e6,
                fileName: path.basename(file),
                path: file,
                progress: null,
                problem: null,
                stage,
              },
            ];
          }),
    ),
  );
  return entries.reverse().flat();
}
