import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parameterValues } from '../../../../tests/golden/formula.ts';
import type { StudentConfig } from '../../../shared/config.ts';
import { configSchema } from '../../../shared/config.ts';
import { randomStream } from '../../../shared/random.ts';
import type { Sample } from '../data/dataset.ts';
import { ABSENT, PRESENT, UNKNOWN } from '../data/dataset.ts';
import type { Loader } from '../data/loader.ts';
import type { Engine } from '../engine/engine.ts';
import { createOnnxCpuEngine } from '../engine/onnx/engine.ts';
import { foldBatchNorm } from '../graph/foldBatchNorm.ts';
import type { Model, Tensor } from '../graph/graph.ts';
import { initialParameters } from '../models/initialParameters.ts';
import { writeModelFile } from '../models/modelFile.ts';
import { headStart, unfreezeFrom } from '../models/unfreeze.ts';
import { calibrate } from '../quant/calibrate.ts';
import { quantizedModel } from './integer.ts';
import { networkModel } from './network/model.ts';
import { postTraining } from './postTraining.ts';
import type { RunRoom } from './runContext.ts';
import { modelPath } from './runContext.ts';

/**
 * A network whose BatchNorm statistics are those of other images than the project's, as a pretrained one's are. The
 * labels of an image are what the network itself says about it in float, where its average precision is therefore 1:
 * what INT8 has less, quantization lost.
 */
const SIZE = 32;
const LABELS = ['a', 'b', 'c'];
const COUNT = 32;

/** Stripes of two colors. */
function drawn(contrast: number, ...key: (string | number)[]): Uint8Array {
  const stream = randomStream(...key);
  const colors = Array.from({ length: 6 }, () => 255 * stream());
  const [fx, fy, phase] = [2 * stream(), 2 * stream(), 7 * stream()];
  return Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % SIZE, Math.floor(i / 3 / SIZE)];
    const share = 0.5 + 0.5 * Math.sin(fx * x + fy * y + phase);
    const level = colors[c]! * share + colors[3 + c]! * (1 - share);
    return 128 + (level - 128) * contrast;
  });
}

const joined = (images: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(images));

/** The project's images are paler than those the statistics come from. */
const images = Object.fromEntries(
  ['train', 'val'].map((split) => [split, Array.from({ length: COUNT }, (_, i) => drawn(0.5, 'project', split, i))]),
);
const loader: Loader = {
  load: ({ samples }) => Promise.resolve([joined(samples.map(({ path: split, line }) => images[split]![line]!))]),
  decoded: () => 0,
  close: () => Promise.resolve(),
};
type Weights = Map<string, Tensor>;
const statisticsFrom = async (
  engine: Engine,
  model: Model,
  weights: Weights,
  images: readonly Uint8Array[],
  trainableFrom: number,
): Promise<Weights> => {
  const request = { model, parameters: weights, batchSize: images.length, trainableFrom };
  const session = await engine.createStatistics(request);
  const seen = await session.run(joined(images));
  await session.dispose();
  return new Map([...weights, ...[...seen].map(([name, data]) => [name, { shape: [data.length], data }] as const)]);
};

describe('post-training quantization of a network with statistics of other images', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'statistics-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  let engine: Engine;
  let model: Model;
  let pretrained: Weights;

  beforeAll(async () => {
    engine = await createOnnxCpuEngine({ threads: 1 });
    model = networkModel(roomOf({}, 'none').room, 'student');
    const drawnWeights = new Map(initialParameters(model, 3));
    for (const { name, shape, role } of model.parameters)
      if (role === 'gamma' || role === 'beta') drawnWeights.set(name, { shape, data: parameterValues(name, shape) });
    const others = Array.from({ length: COUNT }, (_, i) => drawn(1, 'others', i));
    pretrained = await statisticsFrom(engine, model, drawnWeights, others, 0);
  });

  function roomOf(student: Partial<StudentConfig>, name: string): { room: RunRoom; notes: string[]; lines: object[] } {
    const [notes, lines]: [string[], object[]] = [[], []];
    const config = configSchema.parse({
      seed: 1,
      student: { architecture: 'efficientnet-lite0', input_size: SIZE, weights: 'some', ...student },
      qat: { epochs: 0, monitor: 'macro_ap', batch_size: COUNT },
      tflite_export: { representative_dataset_size: COUNT },
      engine: { threads: 1 },
    });
    const folder = path.join(root, name);
    for (const part of ['models', 'data']) mkdirSync(path.join(folder, part), { recursive: true });
    const room: RunRoom = {
      folder,
      config,
      engine,
      dataset: { root, vocabulary: LABELS, splits: { train: [], val: [], test: [] } },
      context: {
        report: (event) => {
          if (event.type === 'note') notes.push(event.message);
        },
        takeCommands: () => [],
      },
      cacheFolder: root,
      metrics: {
        length: () => 0,
        append: (line) => lines.push(line),
        cutTo: () => undefined,
        close: () => undefined,
      },
      countTestOpening: () => Promise.resolve(),
      setExport: () => Promise.resolve(),
    };
    return { room, notes, lines };
  }

  /** The quarter of the images with the highest logits has the label, the lowest quarter has not; the rest is unknown. */
  async function labeledBy(weights: Weights, split: string): Promise<Sample[]> {
    const request = { model, parameters: weights, batchSize: COUNT, outputs: [model.logits] };
    const session = await engine.createInference(request);
    const logits = (await session.run(joined(images[split]!))).outputs.get(model.logits)!;
    await session.dispose();
    const quartiles = LABELS.map((_, c) => {
      const sorted = logits.filter((_, i) => i % LABELS.length === c).sort();
      return [sorted[COUNT / 4]!, sorted[(3 * COUNT) / 4]!] as const;
    });
    return images[split]!.map((_, line) => {
      const states = quartiles.map(([low, high], c) => {
        const logit = logits[line * LABELS.length + c]!;
        return logit >= high ? PRESENT : logit < low ? ABSENT : UNKNOWN;
      });
      return { path: split, file: '', labels: Int8Array.from(states), hash: '', line };
    });
  }

  const HEAD = { epochs_head: 1, epochs_finetune: 0 };
  const LAST = { epochs_finetune: 1, unfreeze_fraction: 0.3 };
  const ALL = { epochs_finetune: 1, unfreeze_fraction: 1 };
  const cutOf = (student: Partial<StudentConfig>): number =>
    student.epochs_finetune === 0 ? headStart(model) : unfreezeFrom(model, student.unfreeze_fraction!);

  /** 'left': the labels agree with the statistics that training left; 'fresh': with those of the project's images. */
  test.each([
    ['the head alone', 'left', HEAD, null],
    ['the last 30 %', 'left', LAST, false],
    ['the last 30 %', 'fresh', LAST, true],
    ['everything', 'fresh', ALL, true],
  ] as const)('trained %s, and the %s statistics are right', async (name, right, student, reestimated) => {
    const { room, notes, lines } = roomOf(student, `${name}-${right}`);
    const cut = cutOf(student);
    const teacher = right === 'left' ? pretrained : await statisticsFrom(engine, model, pretrained, images.train!, cut);
    const splits = { train: await labeledBy(teacher, 'train'), val: await labeledBy(teacher, 'val'), test: [] };
    const stored = { architecture: room.config.student.architecture, inputSize: SIZE, labels: LABELS };
    await writeModelFile(modelPath(room, 'student_best'), { ...stored, parameters: pretrained, ranges: null });
    const inRoom = { ...room, dataset: { ...room.dataset, splits } };
    const result = await postTraining(inRoom, loader, quantizedModel(stored));

    expect(result.reestimated).toBe(reestimated);
    expect(result.metrics.macro_ap).toBeGreaterThan(0.9);
    const { parameters: unchanged } = foldBatchNorm(model, pretrained);
    const convolutions = model.nodes.flatMap((node, i) =>
      node.op === 'conv2d' || node.op === 'depthwiseConv2d' ? [{ kernel: node.kernel, trained: i >= cut }] : [],
    );
    for (const { kernel, trained } of convolutions)
      if (trained && right === 'fresh')
        expect(result.parameters.get(kernel), kernel).not.toEqual(unchanged.get(kernel));
      else expect(result.parameters.get(kernel), kernel).toEqual(unchanged.get(kernel));
    if (right === 'left') {
      // One batch of all images calibrates: these are the ranges of the network that training left, in float.
      const quantized = quantizedModel(stored);
      const batches = (async function* () {
        yield joined(images.train!);
      })();
      const expected = await calibrate(engine, quantized, unchanged, batches, COUNT);
      const others = (all: typeof expected) => [...all].filter(([tensor]) => tensor !== quantized.logits).sort();
      expect(others(new Map(result.ranges))).toEqual(others(expected));
    }
    const said = [
      ...notes.filter((text) => text.includes('statistics')),
      ...lines.filter((line) => 'reestimated' in line).map((line) => line.reestimated),
    ];
    expect(said).toEqual(
      reestimated === null
        ? []
        : [
            expect.stringMatching(reestimated ? /^Re-estimated .* are used/ : /^The BatchNorm statistics .* are kept/),
            reestimated,
          ],
    );
  });
});
