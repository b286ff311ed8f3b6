import type { Layout } from './layout.ts';
import { nchwLayout } from './nchwLayout.ts';
import { nchwcLayout } from './nchwcLayout.ts';
import { OnnxGraph } from './onnxModel.ts';
import { createOrtSession, Tensor } from './session.ts';

const CHANNELS = 64;
/** Block sizes in MLAS: 16 with AVX-512, 8 with SSE and AVX (onnxruntime/core/mlas/lib/platform.cpp). */
const BLOCKS = [8, 16];

/**
 * The blocked layout with this CPU's block size, or the plain one where there are no blocked kernels. The order in
 * which ReorderInput puts the channels of a [1, 64, 2, 1] tensor reveals the block size.
 */
export async function fastestLayout(): Promise<Layout> {
  if (process.arch !== 'x64') return nchwLayout;
  const graph = new OnnxGraph();
  const size = CHANNELS * 2;
  const x = graph.input('x', 'float32', [1, CHANNELS, 2, 1]);
  graph.output(
    'y',
    graph.reshape(graph.node('ReorderInput', [x], { channels_last: 0 }, 'com.microsoft.nchwc'), [size]),
    'float32',
    [size],
  );
  const y = new Float32Array(size);
  try {
    const session = await createOrtSession(graph.build(), { threads: 1, optimization: 'disabled' });
    await session.run(
      {
        x: new Tensor(
          'float32',
          Float32Array.from({ length: size }, (_, i) => i),
          [1, CHANNELS, 2, 1],
        ),
      },
      { y: new Tensor('float32', y, [size]) },
    );
    await session.dispose();
  } catch {
    return nchwLayout;
  }
  const firstJump = y.findIndex((value, i) => value !== 2 * i);
  return BLOCKS.includes(firstJump) ? nchwcLayout(firstJump) : nchwLayout;
}
