import type { Project } from '../../shared/contract/studio.ts';

const SAMPLE_CLASSES = 8;

/** The sample comes with settings made for it. */
export const isSample = ({ name, labels }: Pick<Project, 'name' | 'labels'>): boolean =>
  name === 'Sample' && labels === SAMPLE_CLASSES;
