import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { planImport } from '../../../src/main/studio/imports/plan.ts';
import type { ImportSource } from '../../../src/shared/contract/dataset.ts';
import type { Target } from '../target.ts';

type FileKind = Extract<ImportSource, { file: string }>['kind'];

/** A seed of each format; the first byte of an input says which reader gets it. */
const formats: readonly { readonly kind: FileKind; readonly file: string; readonly text: string }[] = [
  { kind: 'csv', file: 'a.csv', text: 'image,label\nimages/0.png,red\nimages/1.png,"blue, light"\n' },
  { kind: 'csv', file: 'b.csv', text: 'filename;red;blue\n0.png;1;0\n1.png;0;1\n' },
  {
    kind: 'coco',
    file: 'coco.json',
    text: JSON.stringify({
      images: [0, 1].map((id) => ({ id, file_name: `${id}.png` })),
      annotations: [
        { image_id: 0, category_id: 3 },
        { image_id: 1, category_id: 4 },
      ],
      categories: [
        { id: 3, name: 'red' },
        { id: 4, name: 'blue' },
      ],
    }),
  },
  { kind: 'yolo', file: 'data.yaml', text: 'names: [red, blue]\ntrain: images\nval: images\n' },
];

export default function open(folder: string): Target {
  mkdirSync(path.join(folder, 'images'), { recursive: true });
  mkdirSync(path.join(folder, 'labels'), { recursive: true });
  // Not decoded: an import looks at names, and at bytes for twins.
  for (const i of [0, 1]) writeFileSync(path.join(folder, 'images', `${i}.png`), `image ${i}`);
  return {
    seeds: formats.map(({ text }, i) => Buffer.concat([Buffer.of(i), Buffer.from(text)])),
    pieces: [
      '"',
      ',',
      ';',
      '\n',
      '\t',
      '../',
      '\0',
      '\uFEFF',
      '[',
      '{',
      'null',
      '1e999',
      '-1',
      '__proto__',
      'constructor',
    ],
    read: async (bytes) => {
      const { kind, file } = formats[(bytes[0] ?? 0) % formats.length]!;
      writeFileSync(path.join(folder, file), bytes.subarray(1));
      writeFileSync(path.join(folder, 'labels', '0.txt'), kind === 'yolo' ? bytes.subarray(-40) : '');
      try {
        return await planImport(folder, {
          project: 'fuzz',
          source: { kind, file },
          shares: { train: 0.7, val: 0.15, test: 0.15 },
          seed: 1,
        });
      } finally {
        rmSync(path.join(folder, file));
      }
    },
  };
}
