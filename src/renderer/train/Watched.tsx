import type { Watched as WatchedImage } from '../../shared/contract/runs.ts';
import { usePictureUrl } from '../stores/pictureVersions.ts';
import { Label } from '../components/Label.tsx';
import { useWording } from '../i18n/words.ts';
import { useStudio } from '../stores/studio.ts';

const SHOWN = 3;

/** The same few validation images after every epoch; bold labels are really in the image. */
export function Watched({ watched }: { watched: readonly WatchedImage[] }) {
  const { t, f } = useWording();
  const pictureUrl = usePictureUrl();
  const project = useStudio((state) => state.project);
  return (
    <section className="watched line-top" aria-label={t('train.samePhotosEveryEpoch')}>
      <div className="row">
        <h2>{t('train.sameFourPhotosEveryEpoch')}</h2>
        <span className="quiet">{t('train.boldTrulyThere')}</span>
      </div>
      <div className="watched-row">
        {watched.map(({ path, truth, scores }) => {
          const shown = [...scores]
            .sort((a, b) => Number(truth.includes(b.label)) - Number(truth.includes(a.label)) || b.score - a.score)
            .slice(0, SHOWN);
          return (
            <div key={path} className="row">
              <img src={pictureUrl(project!.id, path, { kind: 'thumbnail', edge: 128 })} alt={path} />
              <div className="grow">
                {shown.map(({ label, score }) => {
                  const there = truth.includes(label);
                  return (
                    <div key={label} className="row watched-label">
                      <span className={`grow cut ${there ? 'strong' : 'soft'}`}>
                        <Label name={label} most={16} />
                      </span>
                      <span className={`num ${there === score >= 0.5 ? '' : 'warn'}`}>{f.score(score, 2)}</span>
                    </div>
                  );
                })}
              </div>
            </div>
          );
        })}
      </div>
    </section>
  );
}
