import type { Layout } from './layout.ts';
import { nchwLayout, plainPixelProducts } from './nchwLayout.ts';

/** TensorProto.DataType of float32 */
const FLOAT32 = 1;
const LARGEST_CODE = 255;

/**
 * Plain NCHW from ops that have WebGPU and CUDA kernels in onnxruntime, because other ops would move data to the CPU
 * and back.
 */
export const deviceLayout: Layout = {
  ...nchwLayout,
  pixelProducts: (graph, a, b, { ones } = { ones: false }) =>
    plainPixelProducts(graph, a, b, ones, (left, right) =>
      graph.node('MatMul', [left, graph.transpose(right, [0, 2, 1])]),
    ),
  // A shader can bind few buffers (maxStorageBuffersPerShaderStage), so each piece gets a shader of its own.
  split: (graph, vector, sizes) => {
    let end = 0;
    return sizes.map((size) =>
      graph.node('Slice', [vector, graph.ints([end]), graph.ints([(end += size)]), graph.ints([0])]),
    );
  },
  fakeQuantize: (graph, x, { scale, zeroPoint }) => {
    const zero = graph.node('Cast', [zeroPoint], { to: FLOAT32 });
    const codes = graph.node('Clip', [
      graph.node('Add', [graph.node('Round', [graph.node('Div', [x, scale])]), zero]),
      graph.scalar(0),
      graph.scalar(LARGEST_CODE),
    ]);
    return graph.node('Mul', [graph.node('Sub', [codes, zero]), scale]);
  },
};
