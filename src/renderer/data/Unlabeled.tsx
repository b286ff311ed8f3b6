import { Button } from '@mantine/core';
import type { UnlabeledMeaning } from '../../shared/config.ts';
import { call } from '../api/client.ts';
import { useWording } from '../i18n/words.ts';
import { loadDataset } from '../stores/dataset.ts';
import { setFilter } from '../stores/view.ts';
import { attempt, useStudio } from '../stores/studio.ts';
import { adoptUnlabeled } from '../train/configStore.ts';
import { unlabeledWords } from './dataAnswer.ts';
import type { Readiness } from './readiness.ts';

async function reply(project: string, answer: UnlabeledMeaning): Promise<void> {
  if ((await attempt(() => call('dataset.unlabeled', { project, answer }))) === null) return;
  adoptUnlabeled(project, answer);
  await loadDataset(project);
}

/** Asks what images without labels mean. The project stores the answer. */
export function UnlabeledReplies() {
  const { t } = useWording();
  const project = useStudio((state) => state.project);
  if (project === null) return null;
  return (
    <>
      <Button variant="default" onClick={() => setFilter({ view: 'unlabeled' })}>
        {t('data.showThem')}
      </Button>
      <Button variant="default" onClick={() => void reply(project.id, 'none_of_these')}>
        {t('data.noneOfThese')}
      </Button>
      <Button variant="default" onClick={() => void reply(project.id, 'not_labeled_yet')}>
        {t('data.notLabeledYet')}
      </Button>
    </>
  );
}

/** Shows how many images have no labels and what that means in this project, and lets the user change it. */
export function UnlabeledNote({ readiness }: { readonly readiness: Readiness }) {
  const wording = useWording();
  const { t } = wording;
  const project = useStudio((state) => state.project);
  if (project === null || readiness.unlabeled === 0 || readiness.meaning === 'ask') return null;
  const other = readiness.meaning === 'none_of_these' ? 'not_labeled_yet' : 'none_of_these';
  return (
    <div className="row filter-bar small">
      <span className="soft cut">{unlabeledWords(wording, readiness)}</span>
      <button type="button" className="link small" onClick={() => void reply(project.id, other)}>
        {other === 'none_of_these' ? t('data.countNoneOfThese') : t('data.leaveOutNotLabeledYet')}
      </button>
    </div>
  );
}
