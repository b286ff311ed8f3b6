import { OnnxGraph } from './onnxModel.ts';
import type { OrtSession, Runtime, Tensors } from './session.ts';
import { createOrtSession, Tensor } from './session.ts';

/** The vectors that every step replaces, by name. The graph takes `name` and gives `nextName(name)`. */
export interface StateVectors {
  feeds(): Tensors;
  /** Where the next values go; null: the session allocates. */
  outputs(): Record<string, Tensor | null>;
  /** The step is done: its outputs are what the next one is fed. */
  advance(results: Tensors): void;
  values(): Promise<ReadonlyMap<string, Float32Array>>;
  dispose(): Promise<void>;
}

export const nextName = (vector: string): string => `${vector}/next`;

const vectorTensor = (values: Float32Array): Tensor => new Tensor('float32', values, [values.length]);

/** In memory: one tensor is read while the other is written. */
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

/** On the graphics card: they go there with the first step and come back only when somebody asks for them. */
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

/** A tensor on the device cannot be read directly (that aborts the process): a session copies it. */
function copyGraph(vectors: ReadonlyMap<string, Float32Array>): Uint8Array {
  const graph = new OnnxGraph();
  for (const [name, { length }] of vectors)
    graph.output(nextName(name), graph.input(name, 'float32', [length]), 'float32', [length]);
  return graph.build();
}
