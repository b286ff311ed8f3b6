import { createOnnxWebGpuEngine } from '../../src/main/pipeline/engine/onnx/webgpu.ts';
import { toProblemData } from '../../src/shared/problem.ts';
import { conforms } from './conformance.ts';
import { nameSoftwareAdapter } from './graphicsAdapter.ts';

nameSoftwareAdapter();
await conforms({
  name: 'onnx-webgpu',
  few: true,
  start: () =>
    createOnnxWebGpuEngine({ threads: 1 }).catch(
      (error: unknown) => `no WebGPU adapter starts here: ${toProblemData(error).message.slice(0, 120)}`,
    ),
});
