import { Button } from '@mantine/core';
import type { ProblemData } from '../../shared/problem.ts';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { attempt, dismissProblem, useParts } from '../stores/studio.ts';

/** Offers to take over a lock on the label files when its holder cannot be checked from here. */
export function TakeOver({ problem, onDone = dismissProblem }: { problem: ProblemData; onDone?: () => void }) {
  const { t } = useWording();
  const { project, screen } = useParts('project', 'screen');
  // Runs have their own lock; the Train screen offers to take that one over.
  if (problem.kind !== 'locked' || project === null || screen !== 'data') return null;
  const takeOver = async (): Promise<void> => {
    onDone();
    await attempt(() => call('project.takeOver', { project: project.id }));
  };
  return (
    <Button variant="default" onClick={() => void takeOver()}>
      {t('common.programGoneTakeOver')}
    </Button>
  );
}
