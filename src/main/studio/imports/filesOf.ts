import type { FileSource } from '../../../shared/contract/dataset.ts';

export const filesOf = ({ file, also }: FileSource): readonly string[] => [...new Set([file, ...(also ?? [])])];
