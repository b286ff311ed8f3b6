import { expect, test } from 'vitest';
import { fastest } from './chooseEngine.ts';

test('auto takes the engine with the shortest step and reports what was measured', () => {
  expect(fastest({ 'onnx-cpu': 2.5, 'onnx-webgpu': 0.31, 'onnx-cuda': null })).toMatchObject({
    name: 'onnx-webgpu',
    why: expect.objectContaining({
      code: 'engineChoice.measuredSomeFail',
      text: expect.stringContaining('onnx-webgpu 0.31 s') as string,
      params: expect.objectContaining({ failed: ['onnx-cuda'] }) as object,
    }) as object,
  });
});

test('the CPU engine is used when nothing could be measured', () => {
  expect(fastest({ 'onnx-cpu': null, 'onnx-webgpu': null }).name).toBe('onnx-cpu');
});
