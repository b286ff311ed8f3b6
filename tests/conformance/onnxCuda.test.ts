import { createOnnxCudaEngine } from '../../src/main/pipeline/engine/onnx/cuda.ts';
import { cudaEnvironment, cudaFolder, missingForCuda } from '../../src/main/pipeline/engine/onnx/requirements.ts';
import { enginesFolder } from '../../src/main/studio/state/places.ts';
import { toProblemData } from '../../src/shared/problem.ts';
import { conforms } from './conformance.ts';

await conforms({
  name: 'onnx-cuda',
  few: true,
  start: async () => {
    const folder = enginesFolder();
    const missing = await missingForCuda(folder);
    if (missing !== null) return `${missing.message.text} ${missing.fix?.text ?? ''}`;
    // The loader reads the variable when a process starts, so it cannot be set here.
    if (!(process.env.LD_LIBRARY_PATH ?? '').split(':').includes(cudaFolder(folder)))
      return `start the tests with LD_LIBRARY_PATH=${cudaEnvironment(folder).LD_LIBRARY_PATH}`;
    return createOnnxCudaEngine({ threads: 1 }).catch(
      (error: unknown) => `CUDA does not start here: ${toProblemData(error).message.slice(0, 120)}`,
    );
  },
});
