import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parameterValues } from '../../../../tests/golden/formula.ts';
import type { StudentConfig } from '../../../shared/config.ts';
import { configSchema } from '../../../shared/config.ts';
import type { Message } from '../../../shared/message.ts';
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
import type { RunContext } from './runContext.ts';
import { modelPath } from './runContext.ts';

/**
 * A network whose BatchNorm statistics come from other images than the project's, as those of pretrained weights do.
 * The labels are the float network's own predictions, so its average precision is 1 and whatever INT8 lacks is the cost
 * of quantization.
 */
const SIZE = 32;
const LABELS = ['a', 'b', 'c'];
const COUNT = 32;

/** Draws stripes of two colors. */
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

/** The project's images have less contrast than those the statistics come from. */
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

describe('post-training quantization of a network whose statistics come from other images', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'statistics-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  let engine: Engine;
  let model: Model;
  let pretrained: Weights;

  beforeAll(async () => {
    engine = await createOnnxCpuEngine({ threads: 1 });
    model = networkModel(contextOf({}, 'none').context, 'student');
    const drawnWeights = new Map(initialParameters(model, 3));
    for (const { name, shape, role } of model.parameters)
      if (role === 'gamma' || role === 'beta') drawnWeights.set(name, { shape, data: parameterValues(name, shape) });
    const others = Array.from({ length: COUNT }, (_, i) => drawn(1, 'others', i));
    pretrained = await statisticsFrom(engine, model, drawnWeights, others, 0);
  });

  function contextOf(
    student: Partial<StudentConfig>,
    name: string,
  ): { context: RunContext; notes: Message[]; lines: object[] } {
    const [notes, lines]: [Message[], object[]] = [[], []];
    const config = configSchema.parse({
      seed: 1,
      student: { architecture: 'efficientnet-lite0', input_size: SIZE, weights: 'some', ...student },
      qat: { epochs: 0, monitor: 'macro_ap', batch_size: COUNT },
      tflite_export: { representative_dataset_size: COUNT },
      engine: { threads: 1 },
    });
    const folder = path.join(root, name);
    for (const part of ['models', 'data']) mkdirSync(path.join(folder, part), { recursive: true });
    const context: RunContext = {
      folder,
      config,
      engine,
      dataset: { root, vocabulary: LABELS, splits: { train: [], val: [], test: [] } },
      job: {
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
    return { context, notes, lines };
  }

  /**
   * Per label: present on the quarter of images with the highest logits, absent on the lowest quarter, else unknown.
   */
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

  /** 'moving': the labels agree with the statistics of training; 'fresh': with those of the project's images. */
  test.each([
    ['the head alone', 'moving', HEAD, null],
    ['the last 30 %', 'moving', LAST, false],
    ['the last 30 %', 'fresh', LAST, true],
    ['everything', 'fresh', ALL, true],
  ] as const)('after training %s, the %s statistics are chosen', async (name, right, student, reestimated) => {
    const { context, notes, lines } = contextOf(student, `${name}-${right}`);
    const cut = cutOf(student);
    const teacher =
      right === 'moving' ? pretrained : await statisticsFrom(engine, model, pretrained, images.train!, cut);
    const splits = { train: await labeledBy(teacher, 'train'), val: await labeledBy(teacher, 'val'), test: [] };
    const stored = { architecture: context.config.student.architecture, inputSize: SIZE, labels: LABELS };
    await writeModelFile(modelPath(context, 'student_best'), { ...stored, parameters: pretrained, ranges: null });
    const inContext = { ...context, dataset: { ...context.dataset, splits } };
    const result = await postTraining(inContext, loader, quantizedModel(stored));

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
    if (right === 'moving') {
      // One batch of all images calibrates, so the ranges are exactly those of the float network as it was trained.
      const quantized = quantizedModel(stored);
      const batches = (async function* () {
        yield joined(images.train!);
      })();
      const expected = await calibrate(engine, quantized, unchanged, batches, COUNT);
      const others = (all: typeof expected) => [...all].filter(([tensor]) => tensor !== quantized.logits).sort();
      expect(others(new Map(result.ranges))).toEqual(others(expected));
    }
    expect(notes.map(({ code }) => code).filter((code) => code?.includes('statistics'))).toEqual(
      reestimated === null ? [] : [reestimated ? 'quantization.statisticsReestimated' : 'quantization.statisticsKept'],
    );
    expect(lines.filter((line) => 'reestimated' in line).map((line) => line.reestimated)).toEqual(
      reestimated === null ? [] : [reestimated],
    );
  });
});
