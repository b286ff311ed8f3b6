import { quoted } from '../../shared/message.ts';
import { expect, test } from 'vitest';
import type { EngineReport } from '../../shared/contract/studio.ts';
import { deviceOf } from './device.ts';

const cpu = { model: 'Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz', cores: 2, features: [] };
const engine = (name: string, state: EngineReport['state'], imagesPerSecond: number | null): EngineReport => ({
  name,
  device: name === 'onnx-cpu' ? 'cpu' : 'gpu',
  state,
  description: quoted(''),
  fix: null,
  imagesPerSecond,
});

test('the status bar names the card where an engine on it is the fastest that works, else the processor', () => {
  const gpus = ['NVIDIA GeForce RTX 4070'];
  expect(deviceOf({ cpu, gpus: [], engines: [engine('onnx-cpu', 'works', 20)] })).toBe('Intel Xeon E5-2680 v4');
  expect(deviceOf({ cpu, gpus, engines: [engine('onnx-cpu', 'works', 20), engine('onnx-webgpu', 'works', 200)] })).toBe(
    'NVIDIA GeForce RTX 4070',
  );
  expect(
    deviceOf({
      cpu,
      gpus,
      engines: [engine('onnx-cpu', 'works', 20), engine('onnx-cuda', 'fails', 200), engine('onnx-webgpu', 'works', 5)],
    }),
  ).toBe('Intel Xeon E5-2680 v4');
});
