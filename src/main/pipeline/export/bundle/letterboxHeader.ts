import { readFile } from 'node:fs/promises';

const file = new URL('../../../../../resources/letterbox/letterbox.h', import.meta.url);

/** The content of preprocess/letterbox.h in every bundle. */
export const letterboxHeader = (): Promise<Uint8Array> => readFile(file);
