import { expect, test } from 'vitest';
import { fastest } from './chooseEngine.ts';

test('auto takes the engine with the shortest step and reports what was measured', () => {
  expect(fastest({ 'onnx-cpu': 2.5, 'onnx-webgpu': 0.31, 'onnx-cuda': null })).toMatchObject({
    name: 'onnx-webgpu',
    why: {
      code: 'engineChoice.measuredSomeFailed',
      text: 'Measured on this machine, one step of teacher and student: onnx-webgpu 0.310 s and onnx-cpu 2.50 s. Failed to run: onnx-cuda.',
    },
  });
});

test('the CPU engine is used when nothing could be measured', () => {
  expect(fastest({ 'onnx-cpu': null, 'onnx-webgpu': null }).name).toBe('onnx-cpu');
});
