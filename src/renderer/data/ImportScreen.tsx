import { Button, NumberInput, Radio } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import type {
  ImportFormat,
  ImportOffers,
  ImportPlan,
  ImportRequest,
  ImportSource,
} from '../../shared/contract/dataset.ts';
import { splits } from '../../shared/contract/dataset.ts';
import type { ProblemData } from '../../shared/problem.ts';
import { toProblemData } from '../../shared/problem.ts';
import { call } from '../api/client.ts';
import { Answer } from '../components/Answer.tsx';
import { ErrorNote } from '../components/ErrorNote.tsx';
import { TakeOver } from '../components/TakeOver.tsx';
import { useWording } from '../i18n/words.ts';
import { loadDataset, useDataset } from '../stores/dataset.ts';
import { useStudio } from '../stores/studio.ts';
import { chooseAndOpen } from '../welcome/openFolder.ts';
import { DroppedRecords, ImportQuestions } from './ImportFindings.tsx';

/** Format and product names are the same in all languages. */
const formatNames: Record<ImportFormat, string> = {
  csv: 'CSV',
  coco: 'COCO',
  yolo: 'YOLO',
  voc: 'Pascal VOC',
  labelStudio: 'Label Studio',
  cvat: 'CVAT',
  fiftyone: 'FiftyOne',
};

const defaultShares = { train: 0.7, val: 0.15, test: 0.15 };

/** Imports labels from another format into label files. Shows a preview; nothing is written until the user confirms. */
export function ImportScreen() {
  const { t, f, said } = useWording();
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
  const setShare = (split: 'val' | 'test', percent: number): void => {
    const next = { ...shares, [split]: percent / 100 };
    setShares({ ...next, train: Math.max(0, Math.round((1 - next.val - next.test) * 1000) / 1000) });
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
        <section>
          <h2>{t('data.whereDoLabelsCome')}</h2>
          {offers !== null && (
            <Radio.Group
              value={sourceKey(source)}
              onChange={(key) => {
                setPlan(null);
                setSource(sourcesOf(offers).find((offered) => sourceKey(offered) === key) ?? null);
              }}
              aria-label={t('data.sourceOfLabels')}
            >
              <div className="column import-sources">
                {sourcesOf(offers).map((offered) => (
                  <Radio key={sourceKey(offered)} value={sourceKey(offered)} label={sourceName(offered)} />
                ))}
              </div>
            </Radio.Group>
          )}
          <h2 className="import-split">{t('data.howSplit')}</h2>
          {bySource ? (
            <p className="small quiet">{t('data.sourceNamesSplitOfEvery')}</p>
          ) : (
            <>
              <p className="small quiet">{t('data.eachLabelSpreadEvenlyOver')}</p>
              <div className="row import-shares">
                <span className="soft">{t('data.trainShare', { percent: f.decimal(shares.train * 100, 0) })}</span>
                <NumberInput
                  w={96}
                  label={t('data.valShare')}
                  min={0}
                  max={60}
                  value={Math.round(shares.val * 100)}
                  onChange={(value) => setShare('val', Number(value))}
                />
                <NumberInput
                  w={96}
                  label={t('data.testShare')}
                  min={0}
                  max={60}
                  value={Math.round(shares.test * 100)}
                  onChange={(value) => setShare('test', Number(value))}
                />
                <NumberInput
                  w={96}
                  label={t('data.seed')}
                  min={0}
                  value={seed}
                  onChange={(value) => setSeed(Number(value))}
                />
              </div>
            </>
          )}
        </section>
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
            <>
              <table className="figures import-counts">
                <thead>
                  <tr>
                    <th>{t('common.label')}</th>
                    {splits.map((split) => (
                      <th key={split} className="num">
                        {split}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  <tr>
                    <td>{t('data.allImages')}</td>
                    {splits.map((split) => (
                      <td key={split} className="num">
                        {f.count(plan.counts[split])}
                      </td>
                    ))}
                  </tr>
                  {plan.vocabulary.slice(0, 30).map((label, c) => (
                    <tr key={label}>
                      <td>
                        <bdi className="cut">{label}</bdi>
                      </td>
                      {splits.map((split) => (
                        <td key={split} className={`num ${plan.positives[split][c] === 0 ? 'warn' : ''}`}>
                          {f.count(plan.positives[split][c]!)}
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
              {plan.vocabulary.length > 30 && (
                <p className="small quiet">{t('data.moreLabels', { vocabularyCount: plan.vocabulary.length - 30 })}</p>
              )}
              {plan.notes.length > 0 && (
                <ul className="import-notes small">
                  {plan.notes.map((note) => (
                    <li key={note.text}>{said(note)}</li>
                  ))}
                </ul>
              )}
              <DroppedRecords dropped={plan.dropped} />
              {plan.replaces.length > 0 && (
                <p className="small">{t('data.keptBackupFirst', { replaces: plan.replaces.join(', ') })}</p>
              )}
              {splits.map((split) => (
                <div key={split} className="file-diff mono">
                  <div className="quiet">{split}.txt</div>
                  {plan.preview[split].slice(0, 3).map((line) => (
                    <div key={line} className="plus">
                      + {line.replaceAll('\t', '→')}
                    </div>
                  ))}
                </div>
              ))}
            </>
          )}
        </section>
      </div>
    </>
  );

  function sourceName(offered: ImportSource): string {
    switch (offered.kind) {
      case 'listed':
        return t('data.labelFilesThereSplitAnew', { labelFiles: offers!.labelFiles.join(', ') });
      case 'folders':
        return t('data.folderPerLabel', {
          names: `${offers!.folders
            .slice(0, 4)
            .map(({ label }) => label)
            .join(', ')}${offers!.folders.length > 4 ? '…' : ''}`,
        });
      case 'unlabeled':
        return t('data.iNoLabelsYetI');
      default:
        return `${formatNames[offered.kind]}: ${[offered.file, ...(offered.also ?? [])].join(', ')}`;
    }
  }
}

/** When nothing can be imported here, says what can be done elsewhere. */
function NoImages({ folder, onLook }: { folder: string; onLook(): void }) {
  const { t } = useWording();
  return (
    <>
      <Answer tone="warn" headline={t('data.noImageLiesFolder')} />
      <div className="empty">
        <h2>{t('data.putPhotosIntoOpenAnother')}</h2>
        <p className="long-path">
          <code>{folder}</code>
        </p>
        <p>{t('data.jpegPngWebpTiffGif')}</p>
        <div className="row">
          <Button onClick={() => void chooseAndOpen()}>
            {t('common.openFolder2')}
            <kbd>Ctrl O</kbd>
          </Button>
          <Button variant="default" onClick={onLook}>
            {t('data.lookAgain')}
          </Button>
        </div>
      </div>
    </>
  );
}

const sourceKey = (source: ImportSource | null): string =>
  source === null ? '' : 'file' in source ? `${source.kind}:${source.file}` : source.kind;

function sourcesOf(offers: ImportOffers): ImportSource[] {
  return [
    ...offers.files.map(({ kind, file, also }): ImportSource => ({ kind, file, also })),
    ...(offers.folders.length > 0 ? [{ kind: 'folders' as const }] : []),
    ...(offers.labelFiles.length > 0 ? [{ kind: 'listed' as const }] : []),
    { kind: 'unlabeled' },
  ];
}

/** When a split was requested, the existing label files are the source. */
const likeliest = (offers: ImportOffers, splitting: boolean): ImportSource | null =>
  offers.images === 0
    ? null
    : splitting && offers.labelFiles.length > 0
      ? { kind: 'listed' }
      : (sourcesOf(offers)[0] ?? null);
