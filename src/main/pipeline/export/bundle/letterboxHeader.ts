import { readFile } from 'node:fs/promises';

const file = new URL('../../../../../resources/letterbox/letterbox.h', import.meta.url);

/** preprocess/letterbox.h of every bundle. */
export const letterboxHeader = (): Promise<Uint8Array> => readFile(file);
