import { expect, test } from 'vitest';
import { fastest } from './chooseEngine.ts';

test('auto takes the engine whose step is shortest and says what was measured', () => {
  expect(fastest({ 'onnx-cpu': 2.5, 'onnx-webgpu': 0.31, 'onnx-cuda': null })).toEqual({
    name: 'onnx-webgpu',
    why: expect.objectContaining({
      code: 'engineChoice.measuredSomeFail',
      text: expect.stringContaining('onnx-webgpu 0.31 s') as string,
      params: expect.objectContaining({ failed: ['onnx-cuda'] }) as object,
    }) as object,
  });
});

test('where nothing could be measured the processor is left', () => {
  expect(fastest({ 'onnx-cpu': null, 'onnx-webgpu': null }).name).toBe('onnx-cpu');
});
