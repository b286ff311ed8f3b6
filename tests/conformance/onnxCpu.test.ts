import { quoted } from '../../src/shared/message.ts';
import { onnxEngine } from '../../src/main/pipeline/engine/onnx/engine.ts';
import { nchwLayout } from '../../src/main/pipeline/engine/onnx/nchwLayout.ts';
import { fastestLayout } from '../../src/main/pipeline/engine/onnx/probe.ts';
import { conforms } from './conformance.ts';

/** Tests both layouts, whichever of them this CPU would use. */
const runtime = { provider: 'cpu', threads: 2 } as const;

await conforms({
  name: 'onnx-cpu, blocked layout',
  start: async () => {
    const layout = await fastestLayout();
    return layout.name === 'nchwc'
      ? onnxEngine('onnx-cpu', quoted('blocked layout'), layout, runtime)
      : 'this processor has no blocked kernels';
  },
});
await conforms({
  name: 'onnx-cpu, plain layout',
  start: () => Promise.resolve(onnxEngine('onnx-cpu', quoted('plain layout'), nchwLayout, runtime)),
});
