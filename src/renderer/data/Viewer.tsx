import { ActionIcon, Button, SegmentedControl } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Finding } from '../../shared/findings.ts';
import type { Config } from '../../shared/config.ts';
import type { Project } from '../../shared/contract/studio.ts';
import { runName } from '../../shared/runName.ts';
import { usePictureUrl } from '../stores/pictureVersions.ts';
import { Answer } from '../components/Answer.tsx';
import { Label } from '../components/Label.tsx';
import { useWording } from '../i18n/words.ts';
import { useKeys } from '../stores/keys.ts';
import { useDataset } from '../stores/dataset.ts';
import { openViewer } from '../stores/view.ts';
import { useStudio } from '../stores/studio.ts';
import { isSample } from '../train/isSample.ts';
import { splitName } from './GridToolbar.tsx';
import { Photo, Letterboxed } from './Pictures.tsx';
import type { Doubt } from './suspicion.ts';
import { ViewerLabels } from './ViewerLabels.tsx';

type Sides = 'photo' | 'both' | 'model';
const STRIP = 9;

interface Props {
  readonly images: readonly number[];
  readonly image: number;
  /** True when the image no longer matches the filter but stays listed. */
  readonly leaving: boolean;
  readonly doubts: ReadonlyMap<number, readonly Doubt[]>;
  readonly findings: readonly Finding[];
  onAccept(images: readonly number[]): void;
}

/** The current Train settings, saved or not; read when the first image is opened. */
function useNextSettings(project: Project): Config | null {
  const [config, setConfig] = useState<Config | null>(null);
  useEffect(() => {
    let current = true;
    void import('../train/configStore.ts').then(async ({ loadChoices, useConfig }) => {
      await loadChoices(project.id, isSample(project));
      const { project: loaded, config: own } = useConfig.getState();
      if (current && loaded === project.id) setConfig(own);
    });
    return () => {
      current = false;
    };
  }, [project]);
  return config;
}

/** Shows one image beside exactly what the model gets, with one question and a key for each answer. */
export function Viewer({ images, image, leaving, doubts, findings, onAccept }: Props) {
  const { t, f, said } = useWording();
  const pictureUrl = usePictureUrl();
  const project = useStudio((state) => state.project)!;
  const { index, labeled, opinion, check } = useDataset();
  const [sides, setSides] = useState<Sides>('both');
  const config = useNextSettings(project);
  const at = images.indexOf(image);
  const step = (by: number): void => openViewer(images[Math.min(images.length - 1, Math.max(0, at + by))] ?? image);
  const [doubt] = doubts.get(image) ?? [];
  const accept = (): void => {
    if (doubt === undefined) return;
    const next = images[at + 1] ?? image;
    onAccept([image]);
    openViewer(next);
  };
  useKeys({
    ArrowRight: () => step(1),
    j: () => step(1),
    ArrowLeft: () => step(-1),
    k: () => step(-1),
    Escape: () => openViewer(null),
    a: accept,
    n: () => step(1),
    m: () => setSides(sides === 'both' ? 'model' : sides === 'model' ? 'photo' : 'both'),
  });
  const path = index!.paths[image]!;
  const state = labeled.states[image]!;
  const names = state.labels.map((label) => labeled.vocabulary[label]!);
  const name = doubt === undefined ? '' : labeled.vocabulary[doubt.label]!;
  const size = check?.sizes[path];
  const own = findings.filter((finding) => finding.path === path);
  const headline =
    doubt === undefined
      ? names.length === 0
        ? t('data.noLabel2')
        : names.join(', ')
      : doubt.kind === 'missing'
        ? t('data.missingHere', { name })
        : t('data.wrongHere', { name });
  const reason =
    doubt === undefined
      ? own[0] && said(own[0].message)
      : t('data.modelSeesButFileSays', {
          run: said(runName(opinion!.runName)),
          score: f.score(doubt.score, 2),
          labels: names.length > 0 ? names.join(', ') : t('data.nothing'),
        });
  const from = Math.max(0, Math.min(at - Math.floor(STRIP / 2), images.length - STRIP));
  return (
    <>
      <Answer headline={headline} {...(reason !== undefined && { reason })} tone={own.length > 0 ? 'warn' : 'plain'}>
        {leaving && <span className="small quiet">{t('data.noLongerMatchesFilter')}</span>}
        <span className="quiet num">{t('data.of', { at: f.count(at + 1), imageCount: f.count(images.length) })}</span>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('data.previousPhoto')}
          disabled={at <= 0}
          onClick={() => step(-1)}
        >
          <IconChevronLeft size={16} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('data.nextPhoto')}
          disabled={at >= images.length - 1}
          onClick={() => step(1)}
        >
          <IconChevronRight size={16} />
        </ActionIcon>
        {doubt !== undefined && (
          <>
            <Button variant="default" onClick={() => step(1)}>
              {t('data.keep')}
              <kbd>N</kbd>
            </Button>
            <Button onClick={accept}>
              {doubt.kind === 'missing' ? t('data.add', { name }) : t('data.remove', { name })}
              <kbd>A</kbd>
            </Button>
          </>
        )}
      </Answer>
      <div className="viewer">
        <div className="column">
          <div className="toolbar">
            <Button variant="subtle" leftSection={<IconChevronLeft size={14} />} onClick={() => openViewer(null)}>
              {t('data.backGrid')}
              <kbd>Esc</kbd>
            </Button>
            <code className="cut">
              <Label name={path} most={48} />
            </code>
            <span className="quiet cut">
              {size === undefined ? '' : `${size[0]} × ${size[1]} · `}
              {splitName(index!.split[image]!, t)}, {t('data.line')} {f.count(index!.line[image]!)}
            </span>
            <span className="grow" />
            <SegmentedControl
              aria-label={t('common.shown')}
              data={[
                { value: 'photo', label: t('data.photo') },
                { value: 'both', label: t('data.sideSide') },
                { value: 'model', label: t('data.modelInput') },
              ]}
              value={sides}
              onChange={(value) => setSides(value)}
            />
          </div>
          <div className="viewer-stage" data-sides={sides}>
            {sides !== 'model' && (
              <Photo
                key={image}
                url={pictureUrl(project.id, path, { kind: 'photo' })}
                alt={`${path}: ${names.join(', ')}`}
              />
            )}
            {sides !== 'photo' && config !== null && (
              <Letterboxed project={project.id} path={path} config={config} size={size ?? null} />
            )}
          </div>
          <div className="viewer-strip line-top" role="listbox" aria-label={t('data.photosAround')}>
            {images.slice(from, from + STRIP).map((other) => (
              <button
                key={other}
                type="button"
                role="option"
                aria-selected={other === image}
                onClick={() => openViewer(other)}
                aria-label={index!.paths[other]}
              >
                <img src={pictureUrl(project.id, index!.paths[other]!, { kind: 'thumbnail', edge: 128 })} alt="" />
              </button>
            ))}
          </div>
        </div>
        <ViewerLabels image={image} doubt={doubt ?? null} />
      </div>
    </>
  );
}
