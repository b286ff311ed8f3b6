import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { configSchema } from '../../../src/shared/config.ts';
import { separatorNames, splitLine } from '../../../src/main/pipeline/data/labelLine.ts';
import { readDataset } from '../../../src/main/pipeline/data/readDataset.ts';
import { detectLayout } from '../../../src/main/pipeline/data/separator.ts';
import { readLines } from '../../../src/main/pipeline/data/textLines.ts';
import { lineWithLabels } from '../../../src/main/studio/labels/lineText.ts';
import { Problem } from '../../../src/shared/problem.ts';
import type { Target } from '../target.ts';

/** Label lists: they are read, and each line that is read can be written again with its own labels. */
export default function open(folder: string): Target {
  const { data } = configSchema.parse({});
  for (const split of ['val', 'test']) writeFileSync(path.join(folder, `${split}.txt`), 'a.jpg,x\n');
  return {
    seeds: [
      'images/a.jpg\tcat,red apple\nimages/b.jpg\n',
      'images/a.jpg,cat,red apple\n"my, photo.jpg",\'x y\',"a ""b"" c"\n',
      'a.jpg;x;y\r\nb.jpg;"p;q"\r\n',
      "a.jpg x y\n# comment\n'it''s.jpg' z\n",
      '\uFEFFa.jpg|x|y\n',
      `"${'a'.repeat(300)}`,
    ].map((text) => Buffer.from(text)),
    pieces: [
      '"',
      "'",
      '""',
      ',',
      '\t',
      ';',
      '|',
      ' ',
      '\n',
      '\r',
      '\0',
      '\uFEFF',
      '#',
      '../',
      '"\n',
      '\u2028',
      'é',
      '.jpg',
    ],
    read: async (bytes) => {
      const texts = readLines(bytes).lines.map(({ text }) => text);
      const layout = detectLayout(texts, 'auto', () => false);
      for (const text of texts) for (const separator of separatorNames) writtenAgain(text, { ...layout, separator });
      writeFileSync(path.join(folder, 'train.txt'), bytes);
      await readDataset(folder, data);
    },
  };
}

function writtenAgain(text: string, layout: Parameters<typeof splitLine>[1]): void {
  const line = splitLine(text, layout);
  if (line === null) return;
  let again: string;
  try {
    again = lineWithLabels(
      text,
      layout,
      line.labels.map((label) => label.text),
    );
  } catch (error) {
    if (error instanceof Problem) return; // labels that the layout cannot hold
    throw error;
  }
  if (splitLine(again, layout)?.path !== line.path) throw new Error(`another path after writing: ${text}`);
}
