import { Button } from '@mantine/core';
import type { ProblemData } from '../../shared/problem.ts';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { attempt, dismissProblem, useParts } from '../stores/studio.ts';

/** Beside a problem: the label files are locked by a program that cannot be checked from here, and the person knows it is gone. */
export function TakeOver({ problem, onDone = dismissProblem }: { problem: ProblemData; onDone?: () => void }) {
  const { t } = useWording();
  const { project, screen } = useParts('project', 'screen');
  // Runs have a lock of their own, which the Train screen takes over.
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
