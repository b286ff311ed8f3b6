import { expect, test } from 'vitest';
import { fastest } from './chooseEngine.ts';

test('auto takes the engine whose step is shortest and says what was measured', () => {
  expect(fastest({ 'onnx-cpu': 2.5, 'onnx-webgpu': 0.31, 'onnx-cuda': null })).toEqual({
    name: 'onnx-webgpu',
    why: 'Measured on this machine, a step of teacher and student: onnx-webgpu 0.310 s, onnx-cpu 2.50 s. Do not run: onnx-cuda.',
  });
});

test('where nothing could be measured the processor is left', () => {
  expect(fastest({ 'onnx-cpu': null, 'onnx-webgpu': null }).name).toBe('onnx-cpu');
});
