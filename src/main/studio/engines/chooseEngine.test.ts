import { expect, test } from 'vitest';
import { configSchema } from '../../../shared/config.ts';
import { chooseEngine, fastest } from './chooseEngine.ts';

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

test('a GPU that this machine does not have stops a run before it starts, except on the CPU engine', async () => {
  const on = (name: string) => configSchema.parse({ engine: { name, adapter: 'A GPU that nobody makes' } });
  for (const name of ['auto', 'onnx-webgpu', 'onnx-cuda'])
    await expect(chooseEngine(on(name))).rejects.toMatchObject({ kind: 'engine' });
  expect(await chooseEngine(on('onnx-cpu'))).toEqual({ name: 'onnx-cpu', why: null });
});
