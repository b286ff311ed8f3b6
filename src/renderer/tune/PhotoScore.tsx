import { useWording } from '../i18n/words.ts';
import { usePictureUrl } from '../stores/pictureVersions.ts';
import { useStudio } from '../stores/studio.ts';
import { editLabels } from './editLabels.ts';
import type { Scored } from './images.ts';

/** An image with its score for the label. */
export function PhotoScore({
  one,
  chosen = false,
  corrected = false,
  mark,
  onChoose,
}: {
  one: Scored;
  chosen?: boolean;
  corrected?: boolean;
  /** A short note on what is special about this image. */
  mark?: string | undefined;
  onChoose?: () => void;
}) {
  const { t, f } = useWording();
  const pictureUrl = usePictureUrl();
  const project = useStudio((state) => state.project)!;
  return (
    <button
      type="button"
      className="photo-score"
      aria-pressed={chosen}
      title={one.path}
      onClick={onChoose ?? (() => editLabels(one.path))}
    >
      <img src={pictureUrl(project.id, one.path, { kind: 'thumbnail', edge: 128 })} alt={one.path} />
      {mark !== undefined && <span className="photo-leaving small cut">{mark}</span>}
      {corrected && <span className="corrected">{t('tune.corrected')}</span>}
      <span className="row small">
        <span className="grow cut soft">
          {one.path
            .split('/')
            .at(-1)
            ?.replace(/\.\w+$/, '')}
        </span>
        <span>{f.score(one.q / 256, 2)}</span>
      </span>
    </button>
  );
}
