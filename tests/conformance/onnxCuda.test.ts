import { createOnnxCudaEngine } from '../../src/main/pipeline/engine/onnx/cuda.ts';
import { cudaEnvironment, cudaFolder, cudaLack } from '../../src/main/pipeline/engine/onnx/requirements.ts';
import { enginesFolder } from '../../src/main/studio/state/places.ts';
import { toProblemData } from '../../src/shared/problem.ts';
import { conforms } from './conformance.ts';

await conforms({
  name: 'onnx-cuda',
  few: true,
  start: async () => {
    const folder = enginesFolder();
    const lack = await cudaLack(folder);
    if (lack !== null) return `${lack.says} ${lack.fix ?? ''}`;
    // The loader reads it when a process starts: it cannot be set from within.
    if (!(process.env.LD_LIBRARY_PATH ?? '').split(':').includes(cudaFolder(folder)))
      return `start the tests with LD_LIBRARY_PATH=${cudaEnvironment(folder).LD_LIBRARY_PATH}`;
    return createOnnxCudaEngine({ threads: 1 }).catch(
      (error: unknown) => `CUDA does not start here: ${toProblemData(error).message.slice(0, 120)}`,
    );
  },
});
