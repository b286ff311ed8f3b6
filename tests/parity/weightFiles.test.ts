import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/main/pipeline/engine/engine.ts';
import { createOnnxCpuEngine } from '../../src/main/pipeline/engine/onnx/engine.ts';
import type { Model } from '../../src/main/pipeline/graph/graph.ts';
import type { Architecture } from '../../src/shared/architectures.ts';
import type { ScaledSpec } from '../../src/main/pipeline/models/families/efficientnet.ts';
import { buildNetwork, EFFICIENTNET, EFFICIENTNET_LITE } from '../../src/main/pipeline/models/families/efficientnet.ts';
import { familyOf } from '../../src/main/pipeline/models/registry.ts';
import { fitNormalization } from '../../src/main/pipeline/models/weights/normalization.ts';
import { readWeights } from '../../src/main/pipeline/models/weights/readWeights.ts';
import { parameterValues, picture } from '../golden/formula.ts';
import { loadGolden } from '../golden/golden.ts';

/**
 * Files of narrow networks written by timm, Keras 2 and Keras 3 must compute here what they compute in their library.
 */
let engine: Engine;
beforeAll(async () => {
  engine = await createOnnxCpuEngine({ threads: 2 });
});

const SIZE = 64,
  CLASSES = 5;
const narrow = (architecture: Architecture, spec: ScaledSpec): Model =>
  buildNetwork(architecture, spec, { inputSize: SIZE, classes: CLASSES, dropout: 0, dropPath: 0 });
const b3 = narrow('efficientnet-b3', { ...EFFICIENTNET, width: 0.05, depth: 1.4, divisor: 4 });
const shallow = narrow('efficientnet-b0', { ...EFFICIENTNET, width: 0.05, depth: 0.5, divisor: 4 });
const lite = narrow('efficientnet-lite1', { ...EFFICIENTNET_LITE, width: 0.1, depth: 1.1 });

// Tolerances in float32 from the goldens: 1e-5; Lite, whose values are larger, 1e-3 on features and 1e-4 on logits.
const files = [
  {
    file: 'tiny_b3.safetensors',
    golden: 'tiny_b3_timm',
    model: b3,
    architecture: 'efficientnet-b0',
    within: { features: 1e-5, pooled: 1e-5, logits: 1e-5 },
  },
  {
    file: 'tiny_shallow.safetensors',
    golden: 'tiny_shallow_timm',
    model: shallow,
    architecture: 'efficientnet-b0',
    within: { features: 1e-5, pooled: 1e-5, logits: 1e-5 },
  },
  {
    file: 'tiny_lite.safetensors',
    golden: 'tiny_lite_timm',
    model: lite,
    architecture: 'efficientnet-lite1',
    within: { features: 1e-3, pooled: 1e-3, logits: 1e-4 },
  },
  {
    file: 'tiny_shallow_notop.h5',
    golden: 'tiny_shallow_keras2',
    model: shallow,
    architecture: 'efficientnet-b0',
    within: { features: 1e-5 },
  },
  {
    file: 'tiny_shallow_notop.weights.h5',
    golden: 'tiny_shallow_keras3',
    model: shallow,
    architecture: 'efficientnet-b0',
    within: { features: 1e-5 },
  },
] as const;

describe.each(files)('$file', ({ file, golden: name, model, architecture, within }) => {
  test(`computes the ${Object.keys(within).join(', ')} of its library`, async () => {
    const golden = loadGolden(`weights/${name}`);
    const read = await readWeights(path.join(import.meta.dirname, '../golden/weights', file), model);
    const fitted = fitNormalization(read.tensors, familyOf(architecture), read.normalization, 'auto');
    expect(fitted.normalization).toBeNull();
    const classifier = model.parameters
      .filter((parameter) => parameter.name.startsWith('classifier.'))
      .map(
        (parameter) =>
          [parameter.name, { shape: parameter.shape, data: parameterValues(parameter.name, parameter.shape) }] as const,
      );
    const session = await engine.createInference({
      model,
      parameters: new Map([...fitted.tensors, ...classifier]),
      batchSize: 1,
      outputs: ['features', 'pooled', 'logits'],
    });
    const { outputs } = await session.run(picture(SIZE, SIZE));
    await session.dispose();
    for (const [output, tolerance] of Object.entries(within)) {
      const expected = golden.floats(output),
        found = outputs.get(output === 'logits' ? model.logits : output)!;
      expect(found.length).toBe(expected.length);
      expect({
        output,
        difference: found.reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i]!)), 0) < tolerance,
      }).toEqual({ output, difference: true });
    }
  });
});
