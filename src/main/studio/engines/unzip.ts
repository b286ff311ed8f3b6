import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { open } from 'yauzl';
import { Problem } from '../../../shared/problem.ts';

/** The low bits of what Unix keeps of a file in a zip; 0 where another system made it. */
const modeOf = (attributes: number): number => (attributes >>> 16) & 0o777 || 0o644;

/** Unpacks those files of a zip for which `target` names a path inside `folder`; yauzl refuses names that lead outside. Throws a Problem for what is no zip. */
export function unzip(archive: string, folder: string, target: (name: string) => string | null): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    open(archive, { lazyEntries: true }, (broken, zip) => {
      if (zip === undefined)
        return reject(
          new Problem('file', `${path.basename(archive)} cannot be unpacked: ${broken?.message ?? 'it is empty'}`),
        );
      zip.on('error', reject).on('end', resolve);
      zip.on('entry', (entry) => {
        const name = entry.fileName.endsWith('/') ? null : target(entry.fileName);
        if (name === null) return zip.readEntry();
        zip.openReadStream(entry, (error, stream) => {
          if (stream === undefined) return reject(error);
          const file = path.join(folder, name);
          mkdir(path.dirname(file), { recursive: true })
            .then(() => pipeline(stream, createWriteStream(file, { mode: modeOf(entry.externalFileAttributes) })))
            .then(() => zip.readEntry(), reject);
        });
      });
      zip.readEntry();
    });
  });
}
