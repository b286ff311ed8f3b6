import { readFile } from 'node:fs/promises';
import { CHECK_FILES } from './manifest.ts';
import type { BundleFile } from './writeBundle.ts';

const folder = new URL('../../../../../resources/check/', import.meta.url);

/** The programs that check a computer or an app against parity/; the same in every bundle. */
export const checkPrograms = (): Promise<BundleFile[]> =>
  Promise.all(CHECK_FILES.map(async (name) => ({ name, data: await readFile(new URL(name, folder)) })));
