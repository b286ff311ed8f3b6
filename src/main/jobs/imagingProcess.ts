import { configSchema } from '../../shared/config.ts';
import { toProblemData } from '../../shared/problem.ts';
import { augmented, letterboxed, photo, thumbnail } from '../pipeline/data/picture.ts';
import type { ImagingReply, ImagingRequest } from './imagingProtocol.ts';
import { imagingRequestSchema } from './imagingProtocol.ts';
import { parent } from './parent.ts';

/** Makes thumbnails and previews, so that a damaged picture can end this process and never the studio. */
async function draw({ file, query }: ImagingRequest): Promise<Uint8Array> {
  switch (query.kind) {
    case 'thumbnail':
      return thumbnail(file, query.edge);
    case 'photo':
      return photo(file);
    case 'letterbox':
      return letterboxed(file, query.size, query.padding);
    case 'augmented':
      return augmented(
        file,
        query.size,
        query.padding,
        configSchema.shape.augmentation.parse(JSON.parse(query.settings)),
        query.draw,
      );
  }
}

parent.onMessage((raw) => {
  const request = imagingRequestSchema.parse(raw);
  const reply = (answer: Omit<ImagingReply, 'id'>): void => parent.send({ id: request.id, ...answer });
  draw(request).then(
    (bytes) => reply({ bytes, fault: null }),
    (error: unknown) => reply({ bytes: null, fault: toProblemData(error).message }),
  );
});

parent.onGone(() => process.exit(0));
