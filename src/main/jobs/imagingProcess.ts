import { configSchema } from '../../shared/config.ts';
import { toProblemData } from '../../shared/problem.ts';
import { augmented, fullSize, letterboxed, thumbnail } from '../pipeline/data/preview.ts';
import type { ImagingReply, ImagingRequest } from './imagingProtocol.ts';
import { imagingRequestSchema } from './imagingProtocol.ts';
import { parent } from './parent.ts';

/** Renders in a process of its own, so that a damaged image can crash this process but never the studio. */
async function render({ file, query }: ImagingRequest): Promise<Uint8Array> {
  switch (query.kind) {
    case 'thumbnail':
      return thumbnail(file, query.edge);
    case 'photo':
      return fullSize(file);
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
  const reply = (answer: ImagingReply): void => parent.send(answer);
  render(request).then(
    (bytes) => reply({ id: request.id, bytes }),
    (error: unknown) => reply({ id: request.id, problem: toProblemData(error) }),
  );
});

parent.onGone(() => process.exit(0));
