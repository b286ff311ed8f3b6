import type { Project } from '../../shared/contract/studio.ts';

const SAMPLE_CLASSES = 8;

/** The sample project has its own preset. */
export const isSample = ({ name, labels }: Pick<Project, 'name' | 'labels'>): boolean =>
  name === 'Sample' && labels === SAMPLE_CLASSES;
