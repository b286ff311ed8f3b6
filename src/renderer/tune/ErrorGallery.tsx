import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { OcclusionMap } from '../../shared/contract/tune.ts';
import { call } from '../api/client.ts';
import { usePictureUrl } from '../stores/pictureVersions.ts';
import { useWording } from '../i18n/words.ts';
import { useKeys } from '../stores/keys.ts';
import { attempt, useStudio } from '../stores/studio.ts';
import type { Scored } from './images.ts';
import { galleryOf, mistakes, scored } from './images.ts';
import { Correct, useCorrected } from './Correct.tsx';
import { PhotoScore } from './PhotoScore.tsx';
import { useTune } from './tuneStore.ts';

const MOST = 60;

/** False alarms and misses of a label, most confident first, with each network's score and the occlusion map. */
export function ErrorGallery({ label, k }: { label: number; k: number }) {
  const { t, f } = useWording();
  const { tune, val, chosen: choice } = useTune();
  const setChosen = (one: Scored | null): void =>
    useTune.setState({ chosen: one === null ? null : { label, path: one.path } });
  const images = useMemo(() => scored(val!, tune!.labels.length, label), [val, tune, label]);
  const { falseAlarms, missed } = useMemo(() => mistakes(images, k), [images, k]);
  // The selection belongs to its label: a key of another label never acts on it.
  const path = choice?.label === label ? choice.path : null;
  const shown = useMemo(() => galleryOf(images, k, path, MOST), [images, k, path]);
  const { chosen } = shown;
  const mark = shown.isError ? undefined : t('tune.notError');
  const corrected = useCorrected(
    tune!.labels[label]!,
    useMemo(() => [...falseAlarms, ...missed], [falseAlarms, missed]),
  );
  useKeys({ ...(chosen !== null && { Escape: () => setChosen(null) }) });
  return (
    <div className="gallery">
      <div className="scroll gallery-list">
        <Wrong
          title={t('tune.falseAlarms')}
          hint={t('tune.saidLabelMissing')}
          images={shown.falseAlarms}
          count={falseAlarms.length}
          mark={mark}
          corrected={corrected}
          chosen={chosen}
          onChoose={setChosen}
        />
        <Wrong
          title={t('tune.missed2')}
          hint={t('tune.labelWrong')}
          images={shown.missed}
          count={missed.length}
          mark={mark}
          corrected={corrected}
          chosen={chosen}
          onChoose={setChosen}
        />
        {shown.falseAlarms.length + shown.missed.length === 0 && (
          <p className="soft">{t('tune.noMistakeValidationThreshold')}</p>
        )}
      </div>
      {chosen !== null && (
        <section className="gallery-one line-left scroll" aria-label={chosen.path}>
          <Looked key={`${chosen.path}/${label}`} one={chosen} label={label} />
          <table className="figures">
            <tbody>
              <tr>
                <td>INT8</td>
                <td className="num">
                  <strong>{f.score(chosen.q / 256)}</strong>
                </td>
              </tr>
              <tr>
                <td>{t('common.student2')}</td>
                <td className="num">{f.score(chosen.student === null ? null : chosen.student / 256)}</td>
              </tr>
              <tr>
                <td>{t('common.teacher')}</td>
                <td className="num">{f.score(chosen.teacher === null ? null : chosen.teacher / 256)}</td>
              </tr>
              <tr>
                <td>{t('common.threshold')}</td>
                <td className="num">{f.score(k / 256)}</td>
              </tr>
            </tbody>
          </table>
          <Correct path={chosen.path} label={label} />
        </section>
      )}
    </div>
  );
}

function Wrong({
  title,
  hint,
  images,
  count,
  mark,
  corrected,
  chosen,
  onChoose,
}: {
  title: string;
  hint: string;
  images: readonly Scored[];
  count: number;
  /** Of the chosen image. */
  mark: string | undefined;
  corrected: ReadonlySet<string>;
  chosen: Scored | null;
  onChoose(one: Scored): void;
}) {
  const { f } = useWording();
  if (images.length === 0) return null;
  return (
    <section className="gallery-kind">
      <div className="row">
        <h2>{title}</h2>
        <span className="quiet">{f.count(count)}</span>
        <span className="quiet cut">{hint}</span>
      </div>
      <div className="gallery-photos">
        {images.map((one) => (
          <PhotoScore
            key={one.path}
            one={one}
            corrected={corrected.has(one.path)}
            chosen={chosen?.path === one.path}
            mark={chosen?.path === one.path ? mark : undefined}
            onChoose={() => onChoose(one)}
          />
        ))}
      </div>
    </section>
  );
}

/** Occlusion map: each cell is covered once, and the loss in score is drawn (Zeiler & Fergus 2014). */
function Looked({ one, label }: { one: Scored; label: number }) {
  const { t, f } = useWording();
  const pictureUrl = usePictureUrl();
  const project = useStudio((state) => state.project)!;
  const run = useTune((state) => state.tune!.run);
  const config = useStudio((state) => state.runs.find(({ id }) => id === run)?.config);
  const [map, setMap] = useState<OcclusionMap | null>(null);
  const [busy, setBusy] = useState(false);
  const look = async (): Promise<void> => {
    setBusy(true);
    setMap(await attempt(() => call('tune.occlusionMap', { project: project.id, run, path: one.path, label })));
    setBusy(false);
  };
  const most = Math.max(0.02, ...(map?.drops ?? []));
  return (
    <>
      <div className="looked">
        <img
          src={
            config === undefined
              ? pictureUrl(project.id, one.path, { kind: 'photo' })
              : pictureUrl(project.id, one.path, {
                  kind: 'letterbox',
                  size: config.student.input_size,
                  padding: config.data.padding_color,
                })
          }
          alt={one.path}
        />
        {map !== null && (
          <div className="looked-cells" style={{ gridTemplateColumns: `repeat(${map.cells}, 1fr)` }} aria-hidden="true">
            {map.drops.map((drop, at) => (
              <i key={at} style={{ opacity: Math.max(0, drop / most) * 0.75 }} />
            ))}
          </div>
        )}
      </div>
      {map === null ? (
        <Button variant="subtle" loading={busy} onClick={() => void look()}>
          {t('tune.whereDidLook')}
        </Button>
      ) : (
        <p className="small quiet">{t('tune.brightCoveringTakesUpOff', { most: f.score(most, 2) })}</p>
      )}
    </>
  );
}
