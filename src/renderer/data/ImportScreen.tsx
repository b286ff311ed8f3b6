import { Button } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import type { ImportOffers, ImportPlan, ImportRequest, ImportSource } from '../../shared/contract/dataset.ts';
import type { ProblemData } from '../../shared/problem.ts';
import { toProblemData } from '../../shared/problem.ts';
import { call } from '../api/client.ts';
import { Answer } from '../components/Answer.tsx';
import { ErrorNote } from '../components/ErrorNote.tsx';
import { TakeOver } from '../components/TakeOver.tsx';
import { useWording } from '../i18n/words.ts';
import { loadDataset, useDataset } from '../stores/dataset.ts';
import { useStudio } from '../stores/studio.ts';
import { ImportChoices } from './ImportChoices.tsx';
import { ImportQuestions } from './ImportFindings.tsx';
import { ImportPreview } from './ImportPreview.tsx';
import { likeliest } from './importSources.ts';
import { NoImages } from './NoImages.tsx';

const defaultShares = { train: 0.7, val: 0.15, test: 0.15 };

/** Imports labels from another format into label files. Shows a preview; nothing is written until the user confirms. */
export function ImportScreen() {
  const { t, f } = useWording();
  const project = useStudio((state) => state.project)!;
  const [offers, setOffers] = useState<ImportOffers | null>(null);
  const [source, setSource] = useState<ImportSource | null>(null);
  const [shares, setShares] = useState(defaultShares);
  const [seed, setSeed] = useState(1);
  const [plan, setPlan] = useState<ImportPlan | null>(null);
  const [fault, setFault] = useState<ProblemData | null>(null);
  const [busy, setBusy] = useState(false);
  /** True while the plan shown is older than the current answers. */
  const [planning, setPlanning] = useState(false);
  const splitting = useDataset((state) => state.splitting);
  const look = useCallback((): void => {
    call('import.offers', { project: project.id }).then(
      (found) => {
        setOffers(found);
        setSource(likeliest(found, splitting));
      },
      (error: unknown) => setFault(toProblemData(error)),
    );
  }, [project.id, splitting]);
  useEffect(look, [look]);
  useEffect(() => {
    if (source === null) return;
    let current = true;
    setPlanning(true);
    call('import.plan', { project: project.id, source, shares, seed }).then(
      (found) => {
        if (!current) return;
        setPlan(found);
        setFault(null);
        setPlanning(false);
      },
      (error: unknown) => {
        if (!current) return;
        setPlan(null);
        setFault(toProblemData(error));
        setPlanning(false);
      },
    );
    return () => {
      current = false;
    };
  }, [project.id, source, shares, seed]);
  const request: ImportRequest | null = source === null ? null : { project: project.id, source, shares, seed };
  const write = async (): Promise<void> => {
    if (request === null) return;
    setBusy(true);
    await call('import.write', request).then(
      () => {
        useDataset.setState({ splitting: false, check: null });
        return loadDataset(project.id);
      },
      (error: unknown) => setFault(toProblemData(error)),
    );
    setBusy(false);
  };
  if (offers?.images === 0 && offers.labelFiles.length === 0) return <NoImages folder={project.folder} onLook={look} />;
  const open = plan?.questions.filter(({ answer }) => answer === null).length ?? 0;
  const ready = plan !== null && !planning && plan.images > 0 && open === 0;
  const bySource = plan !== null && plan.splitBySource === plan.images;
  const images = (count: number): string => t('data.countImages', { count, number: f.count(count) });
  return (
    <>
      <Answer
        headline={
          offers === null
            ? t('data.lookingFolder')
            : splitting
              ? t('data.splitAnew', { images: images(offers.images) })
              : t('data.noLabelFilesYet', { images: images(offers.images) })
        }
        reason={t('data.trainTxtValTxtTest')}
      >
        {splitting && (
          <Button variant="default" onClick={() => useDataset.setState({ splitting: false })}>
            {t('common.cancel')}
          </Button>
        )}
        <Button disabled={!ready} loading={busy} onClick={() => void write()}>
          {t('data.writeLabelFiles')}
        </Button>
      </Answer>
      {fault !== null && (
        <ErrorNote problem={fault}>
          <TakeOver problem={fault} onDone={() => setFault(null)} />
        </ErrorNote>
      )}
      <div className="import scroll">
        <ImportChoices
          offers={offers}
          source={source}
          onSource={(chosen) => {
            setPlan(null);
            setSource(chosen);
          }}
          bySource={bySource}
          shares={shares}
          onShares={setShares}
          seed={seed}
          onSeed={setSeed}
        />
        <section aria-live="polite">
          {plan !== null && source !== null && plan.questions.length > 0 && (
            <ImportQuestions
              questions={plan.questions}
              answers={source.answers ?? {}}
              onAnswer={(id, value) => setSource({ ...source, answers: { ...source.answers, [id]: value } })}
            />
          )}
          <h2>{t('data.filesWrite')}</h2>
          {source === null ? (
            <p className="quiet">{t('data.chooseWhereLabelsCome')}</p>
          ) : plan === null ? (
            fault === null ? (
              <div className="skeleton import-loading" />
            ) : (
              <p className="quiet">{t('data.nothingStands')}</p>
            )
          ) : (
            <ImportPreview plan={plan} />
          )}
        </section>
      </div>
    </>
  );
}
