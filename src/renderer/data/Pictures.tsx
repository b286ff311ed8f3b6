import { SegmentedControl } from '@mantine/core';
import { useRef, useState } from 'react';
import type { Config } from '../../shared/config.ts';
import { usePictureUrl } from '../stores/pictureVersions.ts';
import { useWording } from '../i18n/words.ts';
import { useKeys } from '../stores/keys.ts';

const STEP = 1.2;
const LARGEST = 16;

/** The original image: the wheel zooms, dragging pans, 0 fits it to the view. */
export function Photo({ url, alt }: { url: string; alt: string }) {
  const { t, f } = useWording();
  const [view, setView] = useState({ zoom: 1, x: 0, y: 0 });
  const [broken, setBroken] = useState(false);
  const drag = useRef<{ x: number; y: number } | null>(null);
  const zoomBy = (factor: number): void =>
    setView(({ zoom, x, y }) => {
      const next = Math.min(LARGEST, Math.max(1, zoom * factor));
      return next === 1 ? { zoom: 1, x: 0, y: 0 } : { zoom: next, x: (x * next) / zoom, y: (y * next) / zoom };
    });
  useKeys({ 0: () => setView({ zoom: 1, x: 0, y: 0 }), '+': () => zoomBy(STEP), '-': () => zoomBy(1 / STEP) });
  return (
    <figure className="stage-side">
      <figcaption className="row">
        <span>{t('data.photo')}</span>
        <span className="grow" />
        <span className="quiet">{view.zoom === 1 ? t('data.fit') : f.percent(view.zoom)}</span>
      </figcaption>
      <div
        className="stage-photo"
        onWheel={(event) => zoomBy(event.deltaY < 0 ? STEP : 1 / STEP)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = { x: event.clientX - view.x, y: event.clientY - view.y };
        }}
        onPointerMove={(event) => {
          if (drag.current !== null && view.zoom > 1)
            setView({ ...view, x: event.clientX - drag.current.x, y: event.clientY - drag.current.y });
        }}
        onPointerUp={() => {
          drag.current = null;
        }}
      >
        {broken ? (
          <p className="soft">{t('data.imageCannotReadFileMay')}</p>
        ) : (
          <img
            src={url}
            alt={alt}
            draggable={false}
            onError={() => setBroken(true)}
            style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.zoom})` }}
          />
        )}
      </div>
      <p className="small quiet">
        {t('data.wheelZoomsDragMoves')} <kbd>0</kbd> {t('data.fits')}
      </p>
    </figure>
  );
}

const DRAWS = [0, 1, 2, 3];

/** Exactly the model's input pixels, and their augmentations under the current settings. */
export function Letterboxed({
  project,
  path,
  config,
  size,
}: {
  project: string;
  path: string;
  config: Config;
  size: readonly [number, number] | null;
}) {
  const { t, f } = useWording();
  const pictureUrl = usePictureUrl();
  const [shown, setShown] = useState('letterbox');
  const edge = config.student.input_size;
  const padding = config.data.padding_color;
  const settings = JSON.stringify(config.augmentation);
  const augmented = (draw: number): string =>
    pictureUrl(project, path, { kind: 'augmented', size: edge, padding, draw, settings });
  const scale = size === null ? null : edge / Math.max(...size);
  return (
    <figure className="stage-side">
      <figcaption className="row">
        <span className="nowrap">{t('data.modelSees')}</span>
        <span className="quiet cut grow">{t('data.exactlyThesePixels')}</span>
        <SegmentedControl
          className="rigid"
          aria-label={t('data.modelSees')}
          data={[
            { value: 'letterbox', label: t('data.letterbox') },
            { value: 'augmented', label: t('data.augmented') },
          ]}
          value={shown}
          onChange={setShown}
        />
      </figcaption>
      {shown === 'letterbox' ? (
        <div className="stage-model">
          <img
            className="pixels"
            src={pictureUrl(project, path, { kind: 'letterbox', size: edge, padding })}
            alt={t('data.letterboxedInput')}
          />
        </div>
      ) : (
        <div className="stage-four">
          {DRAWS.map((draw) => (
            <img
              key={draw}
              className="pixels"
              src={augmented(draw)}
              alt={t('data.augmentedDraw', { draw: draw + 1 })}
            />
          ))}
        </div>
      )}
      <p className="small quiet">
        {edge} × {edge}
        {scale === null ? '' : ` · ${t('data.scale')} ${f.decimal(scale, 4)}`} · {t('data.padding')}{' '}
        {padding.join(', ')} · (x − 127) / 128
      </p>
    </figure>
  );
}
