import { OnnxGraph } from './onnxModel.ts';
import type { OrtSession, Runtime, Tensors } from './session.ts';
import { createOrtSession, Tensor } from './session.ts';

/** The vectors that each step replaces, by name. The graph's input is `name`, its output `nextName(name)`. */
export interface StateVectors {
  feeds(): Tensors;
  /** Tensors for the next values; null where the session allocates them. */
  outputs(): Record<string, Tensor | null>;
  /** Makes the outputs of a finished step the inputs of the next one. */
  advance(results: Tensors): void;
  values(): Promise<ReadonlyMap<string, Float32Array>>;
  dispose(): Promise<void>;
}

export const nextName = (vector: string): string => `${vector}/next`;

const vectorTensor = (values: Float32Array): Tensor => new Tensor('float32', values, [values.length]);

/** Vectors in main memory. Each has two tensors: one is read while the other is written. */
export function hostVectors(start: ReadonlyMap<string, Float32Array>): StateVectors {
  const vectors = [...start].map(([name, values]) => ({
    name,
    current: vectorTensor(values),
    next: vectorTensor(new Float32Array(values.length)),
  }));
  return {
    feeds: () => Object.fromEntries(vectors.map(({ name, current }) => [name, current])),
    outputs: () => Object.fromEntries(vectors.map(({ name, next }) => [nextName(name), next])),
    advance: () => {
      for (const vector of vectors) [vector.current, vector.next] = [vector.next, vector.current];
    },
    values: () => Promise.resolve(new Map(vectors.map(({ name, current }) => [name, current.data as Float32Array]))),
    dispose: () => Promise.resolve(),
  };
}

/** Vectors on the graphics card, copied there with the first step and back only when their values are requested. */
export function deviceVectors(start: ReadonlyMap<string, Float32Array>, runtime: Runtime): StateVectors {
  const current = new Map([...start].map(([name, values]) => [name, vectorTensor(values)]));
  let reader: OrtSession | null = null;
  const release = (tensor: Tensor | undefined): void => {
    if (tensor?.location === 'gpu-buffer') tensor.dispose();
  };
  return {
    feeds: () => Object.fromEntries(current),
    outputs: () => Object.fromEntries([...current.keys()].map((name) => [nextName(name), null])),
    advance: (results) => {
      for (const name of [...current.keys()]) {
        release(current.get(name));
        current.set(name, results[nextName(name)]!);
      }
    },
    values: async () => {
      reader ??= await createOrtSession(copyGraph(start), runtime);
      const read = await reader.run(
        Object.fromEntries(current),
        Object.fromEntries([...current.keys()].map((name) => [nextName(name), null])),
      );
      return new Map([...current.keys()].map((name) => [name, read[nextName(name)]!.data as Float32Array]));
    },
    dispose: async () => {
      for (const tensor of current.values()) release(tensor);
      await reader?.dispose();
    },
  };
}

/** Reading a tensor on the device directly aborts the process, so a session copies it to main memory. */
function copyGraph(vectors: ReadonlyMap<string, Float32Array>): Uint8Array {
  const graph = new OnnxGraph();
  for (const [name, { length }] of vectors)
    graph.output(nextName(name), graph.input(name, 'float32', [length]), 'float32', [length]);
  return graph.build();
}
