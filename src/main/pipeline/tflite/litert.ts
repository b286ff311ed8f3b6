/**
 * Runs LiteRT, the interpreter on phones, in plain Node: the WebAssembly build of @litertjs/core with its XNNPACK
 * kernels, on one thread. The package's own API needs a browser and lacks int8 tensors, so this uses the bindings
 * below it (litert/js/packages/core/src/wasm_binding_types.ts in google-ai-edge/LiteRT).
 *
 * The "compat" build avoids relaxed SIMD, whose results may differ between processors.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { compileFunction } from 'node:vm';
import { Problem } from '../../../shared/problem.ts';

export type TensorData = Uint8Array | Int8Array | Float32Array;
export type LitertType = 'uint8' | 'int8' | 'float32';

export interface Litert {
  readonly inputType: LitertType;
  /** With the batch axis: [1, S, S, 3]. */
  readonly inputShape: readonly number[];
  readonly outputType: LitertType;
  /** [1, classes] */
  readonly outputShape: readonly number[];
  /** Takes one image in the model's own input type, NHWC, and returns the first output. Throws Problem('export'). */
  run(input: TensorData): Promise<TensorData>;
  /** Returns all outputs by their names in the signature. */
  runAll(input: TensorData): Promise<ReadonlyMap<string, TensorData>>;
  /** Frees the model's memory once the requested runs are done; the model cannot run afterwards. */
  dispose(): void;
}

interface Handle {
  delete(): void;
}
interface Vector<T> extends Handle {
  size(): number;
  get(i: number): T;
}
interface EnumValue {
  readonly value: number;
}
interface TensorTypeHandle extends Handle {
  elementType(): EnumValue;
  layout(): Handle & { dimensions(): Vector<number> };
  bytes(): number;
}
interface SignatureHandle extends Handle {
  inputNames(): Vector<string>;
  outputNames(): Vector<string>;
}
interface BufferHandle extends Handle {
  lock(mode: EnumValue): number;
  unlock(): void;
  packedSize(): number;
}
interface ModelHandle extends Handle {
  getNumSignatures(): number;
  getSignature(i: number): SignatureHandle;
  getInputTensorType(signature: number, i: number): TensorTypeHandle;
  getOutputTensorType(signature: number, i: number): TensorTypeHandle;
}
interface CompiledHandle extends Handle {
  run(signature: number, inputs: readonly BufferHandle[]): BufferHandle[] | Promise<BufferHandle[]>;
}
interface Wasm {
  readonly HEAPU8: Uint8Array;
  _malloc(size: number): number;
  _free(address: number): void;
  setupLogging(): void;
  loadModel(environment: Handle, address: number, size: number): ModelHandle;
  compileModel(environment: Handle, model: ModelHandle, options: object): CompiledHandle | Promise<CompiledHandle>;
  readonly LiteRtEnvironment: { create(device: null): Handle };
  readonly LiteRtTensorBuffer: {
    createManaged(environment: Handle, type: EnumValue, tensor: TensorTypeHandle, bytes: number): BufferHandle;
  };
  readonly LiteRtTensorBufferType: { readonly HOST_MEMORY: EnumValue };
  readonly LiteRtTensorBufferLockMode: { readonly READ: EnumValue; readonly WRITE: EnumValue };
}
type WasmFactory = (options: object) => Promise<Wasm>;

/** litert::ElementType. */
const TYPES: Readonly<Record<number, LitertType>> = { 1: 'float32', 3: 'uint8', 9: 'int8' };
const ARRAYS = { uint8: Uint8Array, int8: Int8Array, float32: Float32Array } as const;
const LOG_LINES = 30;

/** The interpreter of this thread. All models share it, one call at a time. */
interface Runtime {
  readonly wasm: Wasm;
  readonly environment: Handle;
  /** The last warnings and errors of the interpreter, for the details of problems. */
  readonly log: string[];
  /** Settles when all calls so far are done. */
  idle: Promise<unknown>;
}

let shared: Promise<Runtime> | null = null;

async function startRuntime(): Promise<Runtime> {
  const script = createRequire(import.meta.url).resolve('@litertjs/core/wasm/litert_wasm_compat_internal.js');
  const folder = path.dirname(script);
  const log: string[] = [];
  const keep = (line: string): void => {
    if (line.startsWith('INFO')) return;
    log.push(line);
    if (log.length > LOG_LINES) log.shift();
  };
  // The script is CommonJS inside a package declared as ESM, so that neither import nor require loads it.
  const module: { exports: unknown } = { exports: {} };
  const parameters = ['exports', 'require', 'module', '__filename', '__dirname'];
  const load = compileFunction(readFileSync(script, 'utf8'), parameters, { filename: script });
  load(module.exports, createRequire(script), module, script, folder);
  const wasm = await (module.exports as WasmFactory)({
    locateFile: (file: string) => path.join(folder, file),
    print: keep,
    printErr: keep,
  });
  wasm.setupLogging();
  return { wasm, environment: wasm.LiteRtEnvironment.create(null), log, idle: Promise.resolve() };
}

/** The thread's interpreter, started on first use and again after a failure. */
function runtime(): Promise<Runtime> {
  if (shared === null) {
    const started = startRuntime().catch((error: unknown) => {
      if (shared === started) shared = null;
      throw new Problem('export.litertNotStarted', {}, String(error));
    });
    shared = started;
  }
  return shared;
}

/** Runs calls one after another. After a WebAssembly trap the interpreter is not used again. */
function inTurn<T>(
  host: Runtime,
  failure: 'export.litertRefused' | 'export.litertFailed',
  call: () => Promise<T>,
): Promise<T> {
  const result = host.idle.then(call).catch((error: unknown) => {
    if (error instanceof Problem) throw error;
    if (error instanceof Error && error.name === 'RuntimeError') shared = null; // WebAssembly.RuntimeError
    const detail = [String(error), ...host.log.splice(0)].join('\n');
    throw new Problem(failure, {}, detail);
  });
  host.idle = result.catch(() => undefined);
  return result;
}

/** Uses a handle and frees it. */
function using<H extends Handle, T>(handle: H, use: (handle: H) => T): T {
  try {
    return use(handle);
  } finally {
    handle.delete();
  }
}

const vectorItems = <T>(vector: Vector<T>): T[] =>
  using(vector, () => Array.from({ length: vector.size() }, (_, i) => vector.get(i)));

/** `output` is the name of an output; null means the input. */
function describeTensor(
  handle: TensorTypeHandle,
  output: string | null,
): { type: LitertType; shape: number[]; bytes: number } {
  return using(handle, () => {
    const code = handle.elementType().value;
    const type = TYPES[code];
    if (type === undefined)
      throw output === null
        ? new Problem('export.inputType', { type: code })
        : new Problem('export.outputType', { name: output, type: code });
    return { type, shape: using(handle.layout(), (layout) => vectorItems(layout.dimensions())), bytes: handle.bytes() };
  });
}

/** Loads and compiles a model; adds to `freed` what must be freed afterwards. */
async function load(
  host: Runtime,
  bytes: Uint8Array,
  freed: (() => void)[],
): Promise<{ model: ModelHandle; compiled: CompiledHandle }> {
  const { wasm, environment } = host;
  const address = wasm._malloc(bytes.length);
  if (address === 0) throw new Problem('outOfMemory.litert');
  freed.push(() => wasm._free(address)); // the model reads its weights from there until it is deleted
  wasm.HEAPU8.set(bytes, address);
  const model = wasm.loadModel(environment, address, bytes.length);
  freed.push(() => model.delete());
  const compiled = await wasm.compileModel(environment, model, {
    environment: { liteRtEnvironment: environment },
    accelerator: 'wasm',
    cpuOptions: { numThreads: 1 },
    gpuOptions: {},
    webNNOptions: {},
  });
  freed.push(() => compiled.delete());
  return { model, compiled };
}

/**
 * Loads a .tflite with one input. Several models can be loaded at once; each thread has its own interpreter.
 * Throws Problem('export') when LiteRT refuses the model.
 */
export async function createLitert(bytes: Uint8Array): Promise<Litert> {
  const host = await runtime();
  const { wasm, environment } = host;
  const owned: (() => void)[] = [];
  const free = (): void => {
    for (const release of owned.splice(0).reverse()) release();
  };
  try {
    return await inTurn(host, 'export.litertRefused', async () => {
      const { model, compiled } = await load(host, bytes, owned);
      const names = using(model.getSignature(0), (signature) => ({
        inputs: vectorItems(signature.inputNames()),
        outputs: vectorItems(signature.outputNames()),
      }));
      if (names.inputs.length !== 1) throw new Problem('export.inputCount', { found: names.inputs.length });
      const input = describeTensor(model.getInputTensorType(0, 0), null);
      const outputs = names.outputs.map((name, i) => ({
        name,
        ...describeTensor(model.getOutputTensorType(0, i), name),
      }));
      const output = outputs[0];
      if (output === undefined) throw new Problem('export.outputMissing');
      const inputBuffer = using(model.getInputTensorType(0, 0), (type) =>
        wasm.LiteRtTensorBuffer.createManaged(environment, wasm.LiteRtTensorBufferType.HOST_MEMORY, type, input.bytes),
      );
      owned.push(() => inputBuffer.delete());

      const runAll = (data: TensorData): Promise<ReadonlyMap<string, TensorData>> =>
        inTurn(host, 'export.litertFailed', async () => {
          if (owned.length === 0) throw new Problem('internal.modelDisposed');
          if (!(data instanceof ARRAYS[input.type]) || data.byteLength !== input.bytes)
            throw new Problem('export.inputSize', {
              expected: input.bytes,
              type: input.type,
              shape: input.shape.join(' x '),
              found: data.byteLength,
              array: data.constructor.name,
            });
          write(wasm, inputBuffer, data);
          const handles = await compiled.run(0, [inputBuffer]);
          return new Map(
            handles.map((handle, i) => [outputs[i]!.name, using(handle, () => read(wasm, handle, outputs[i]!.type))]),
          );
        });
      return {
        inputType: input.type,
        inputShape: input.shape,
        outputType: output.type,
        outputShape: output.shape,
        runAll,
        run: async (data) => (await runAll(data)).get(output.name)!,
        dispose() {
          host.idle = host.idle.then(free).catch(() => undefined); // after the runs that were requested before
        },
      };
    });
  } catch (error) {
    free();
    throw error;
  }
}

function write(wasm: Wasm, buffer: BufferHandle, data: TensorData): void {
  const address = buffer.lock(wasm.LiteRtTensorBufferLockMode.WRITE);
  wasm.HEAPU8.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), address);
  buffer.unlock();
}

function read(wasm: Wasm, buffer: BufferHandle, type: LitertType): TensorData {
  const address = buffer.lock(wasm.LiteRtTensorBufferLockMode.READ);
  const copy = wasm.HEAPU8.slice(address, address + buffer.packedSize());
  buffer.unlock();
  return new ARRAYS[type](copy.buffer);
}
