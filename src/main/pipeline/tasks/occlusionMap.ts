import { Problem } from '../../../shared/problem.ts';
import { decodeImage } from '../data/decode.ts';
import { letterbox } from '../data/letterbox.ts';
import { createIntegerScorer } from '../quant/integerScorer.ts';
import { readRun } from '../storage/runFolder.ts';
import { finalIntegerModel } from '../stages/integer.ts';

export interface OcclusionMap {
  readonly cells: number;
  /** Row-major [cells, cells]: how much the class's score falls when the cell is covered; negative when it rises. */
  readonly drops: readonly number[];
  readonly score: number;
}

const CELLS = 8;
const BATCH = 8;

/**
 * Computes which parts of an image the INT8 model's score depends on: covers one cell after another with the image's
 * mean color and records how much the class's score falls (occlusion sensitivity, Zeiler & Fergus 2014, arXiv
 * 1311.2901, section 4.2).
 */
export async function occlusionMap(runFolder: string, file: string, label: number): Promise<OcclusionMap> {
  const {
    config: { data, engine },
  } = await readRun(runFolder);
  const model = await finalIntegerModel({ folder: runFolder });
  if (label < 0 || label >= model.classes) throw new Problem('config.classMissing', { number: label });
  const { rgb, width, height } = await decodeImage(file, {
    paddingColor: data.padding_color,
    maxMegapixels: data.max_megapixels,
  });
  const size = model.inputSize;
  const pixels = letterbox(rgb, width, height, size, data.padding_color);
  const scorer = await createIntegerScorer(model, { batchSize: BATCH, threads: engine.threads });
  try {
    const scoresOf = async (batch: Uint8Array): Promise<number[]> => {
      const codes = await scorer.run(batch);
      return Array.from({ length: BATCH }, (_, i) => codes[i * model.classes + label]! / 256);
    };
    const score = (await scoresOf(repeated(pixels)))[0]!;
    const color = meanColor(pixels);
    const drops: number[] = [];
    for (let first = 0; first < CELLS * CELLS; first += BATCH) {
      const batch = repeated(pixels);
      for (let i = 0; i < BATCH; i++)
        cover(batch.subarray(i * pixels.length, (i + 1) * pixels.length), size, first + i, color);
      drops.push(...(await scoresOf(batch)).map((covered) => score - covered));
    }
    return { cells: CELLS, drops, score };
  } finally {
    await scorer.dispose();
  }
}

function repeated(pixels: Uint8Array): Uint8Array {
  const batch = new Uint8Array(BATCH * pixels.length);
  for (let i = 0; i < BATCH; i++) batch.set(pixels, i * pixels.length);
  return batch;
}

function meanColor(pixels: Uint8Array): readonly number[] {
  const sums = [0, 0, 0];
  pixels.forEach((value, i) => {
    sums[i % 3]! += value;
  });
  return sums.map((sum) => Math.round((sum * 3) / pixels.length));
}

function cover(pixels: Uint8Array, size: number, cell: number, color: readonly number[]): void {
  const edge = (n: number): number => Math.round((n * size) / CELLS);
  const [row, column] = [Math.floor(cell / CELLS), cell % CELLS];
  for (let y = edge(row); y < edge(row + 1); y++) {
    for (let x = edge(column); x < edge(column + 1); x++) {
      for (let c = 0; c < 3; c++) pixels[(y * size + x) * 3 + c] = color[c]!;
    }
  }
}
