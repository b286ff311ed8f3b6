import { Button } from '@mantine/core';
import { IconCheck, IconPencil } from '@tabler/icons-react';
import { useEffect } from 'react';
import { Label } from '../components/Label.tsx';
import { withLabel, withoutLabel } from '../data/labelEdits.ts';
import { useWording } from '../i18n/words.ts';
import { useKeys } from '../stores/keys.ts';
import { changeImages, labelNumber, loadDataset, saveEdits, useDataset } from '../stores/dataset.ts';
import { useStudio } from '../stores/studio.ts';
import { editLabels } from './editLabels.ts';
import { corrected, useTune } from './tuneStore.ts';

/**
 * Toggles a wrong label where it is found; the next save writes it to the label file. The run keeps its own snapshot.
 */
export function Correct({ path, label }: { readonly path: string; readonly label: number }) {
  const { t } = useWording();
  const project = useStudio((state) => state.project)!;
  const { index, labeled, edited, saving } = useDataset();
  const name = useTune(({ tune }) => tune!.labels[label]!);
  useEffect(() => {
    if (useDataset.getState().project !== project.id || useDataset.getState().index === null)
      void loadDataset(project.id);
  }, [project.id]);
  const image = index?.paths.indexOf(path) ?? -1;
  const state = image < 0 ? undefined : labeled.states[image];
  const has = state !== undefined && state.labels.some((own) => labeled.vocabulary[own] === name);
  const toggle = (): void => {
    const edit = changeImages([image], (before) => (has ? withoutLabel : withLabel)(before, labelNumber(name)));
    if (edit !== null) corrected(label, path, edit);
  };
  useKeys({ ...(state !== undefined && { a: toggle }), e: () => editLabels(path) });
  if (index === null) return <div className="skeleton correct-loading" />;
  if (state === undefined) return <p className="small quiet">{t('tune.photoNoLongerLabelFiles')}</p>;
  return (
    <section className="correct line-top" aria-label={t('common.labelsOfPhoto')}>
      <div className="small soft">
        {state.labels.length === 0
          ? t('tune.noLabel')
          : state.labels.map((own) => (
              <span key={own} className="tag">
                <Label name={labeled.vocabulary[own]!} most={18} />
              </span>
            ))}
      </div>
      <Button variant="default" onClick={toggle}>
        {has ? t('tune.takeOff', { name }) : t('tune.itHas', { name })}
        <kbd>A</kbd>
      </Button>
      <Button variant="subtle" leftSection={<IconPencil size={14} />} onClick={() => editLabels(path)}>
        {t('tune.allLabels')}
        <kbd>E</kbd>
      </Button>
      {edited.has(image) && (
        <p className="row small warn" role="status">
          <span className="grow">{t('tune.notSavedYet')}</span>
          <Button
            variant="default"
            loading={saving}
            leftSection={<IconCheck size={14} />}
            onClick={() => void saveEdits()}
          >
            {t('common.save')}
            <kbd>Ctrl S</kbd>
          </Button>
        </p>
      )}
    </section>
  );
}

/** Paths of images whose label has changed since the run was evaluated. */
export function useCorrected(
  name: string,
  evaluated: readonly { readonly path: string; readonly has: boolean }[],
): ReadonlySet<string> {
  const { index, labeled } = useDataset();
  if (index === null) return new Set();
  const label = labeled.vocabulary.indexOf(name);
  const now = new Map(index.paths.map((path, image) => [path, labeled.states[image]!.labels.includes(label)]));
  return new Set(evaluated.flatMap(({ path, has }) => (now.has(path) && now.get(path) !== has ? [path] : [])));
}
