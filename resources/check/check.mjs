/*
 * Checks the model in LiteRT.js, or the results of an app, against parity/ and names the first step that differs.
 *
 *   npm install @litertjs/core
 *   node check.mjs                      runs the model here on the letterboxed pixels of parity/
 *   node check.mjs --app results/       checks files that an app wrote; needs no package
 *
 * An app writes up to four files per case of parity/cases.txt; what is missing is not checked:
 *
 *   <case>.pixels    letterboxed pixels, uint8 RGB, size x size x 3 bytes, row by row, no header
 *   <case>.input     the input tensor as fed, in the model's own type, little-endian, no header
 *   <case>.output    the output tensor as read, in the model's own type, little-endian, no header
 *   <case>.labels    the labels that the app shows, one per line, UTF-8
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';

const bundle = path.dirname(fileURLToPath(import.meta.url));
// Delegates for GPUs and NPUs round differently; more than this is another model or a mistake.
const DELEGATE_CODES = 2;
const ARRAYS = { uint8: Uint8Array, int8: Int8Array, float32: Float32Array };

/** The facts in parity/cases.txt. */
function readCases() {
  const spec = { labels: [], ks: [], causes: new Map(), cases: [] };
  const numbers = (text) => text.split(' ').map(Number);
  for (const line of readFileSync(path.join(bundle, 'parity/cases.txt'), 'utf8').split('\n')) {
    const key = line.split(' ', 1)[0];
    const rest = line.slice(key.length + 1);
    const words = rest.split(' ');
    const last = spec.cases.at(-1);
    if (key === 'size') spec.size = Number(rest);
    else if (key === 'input') spec.input = rest;
    else if (key === 'output') spec.output = rest;
    else if (key === 'global') spec.globalK = Number(rest);
    else if (key === 'label') {
      spec.ks.push(Number(words[0]));
      spec.labels.push(rest.slice(words[0].length + 1));
    } else if (key === 'cause') spec.causes.set(words[0], [words[1].replaceAll('-', ' '), words.slice(2).join(' ')]);
    else if (key === 'case') {
      const pixels = readFileSync(path.join(bundle, `parity/letterbox/${words[0]}.rgb`));
      spec.cases.push({ name: words[0], tolerance: Number(words[1]), codes: new Map(), wrong: new Map(), pixels });
    } else if (key === 'codes') last.codes.set(words[0], numbers(words.slice(1).join(' ')));
    else if (key === 'points') last.points = numbers(rest);
    else if (key === 'wrong') last.wrong.set(words[0], Buffer.from(words[1], 'hex'));
  }
  return spec;
}

const equal = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);
const near = (a, b, most) => a.length === b.length && a.every((value, i) => Math.abs(value - b[i]) <= most);
const worst = (a, b) => a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
const mean = (a, b) => a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
const least = (entries) => entries.reduce((a, b) => (b[1] < a[1] ? b : a));

/** Numbers of a file, which need not be aligned in memory. */
const typed = (data, type) => new ARRAYS[type](Uint8Array.from(data).buffer);

function encode(pixels, type) {
  if (type === 'uint8') return Uint8Array.from(pixels);
  if (type === 'int8') return Int8Array.from(pixels, (p) => p - 128);
  return Float32Array.from(pixels, (p) => (p - 127) / 128);
}

function decodeOutput(values, type) {
  if (type === 'uint8') return Array.from(values);
  if (type === 'int8') return Array.from(values, (q) => q + 128);
  return Array.from(values, (score) => Math.round(score * 256));
}

/** Distance of the pixels from what each known mistake gives, and from the right pixels (''). */
function pixelDistances(found, pixels) {
  const at = found.points.map((point) => pixels[point]);
  const right = found.points.map((point) => found.pixels[point]);
  const distances = new Map([['', mean(at, right)]]);
  for (const [cause, values] of found.wrong) distances.set(cause, mean(at, values));
  return distances;
}

/** Over all cases, how far each mistake is: this decides between mistakes that look alike in one case. */
function pixelTotals(spec, results) {
  const totals = new Map();
  for (const one of spec.cases) {
    const data = results.get(one.name).pixels;
    if (data === undefined || one.points === undefined || data.length !== one.pixels.length) continue;
    const distances = pixelDistances(one, data);
    for (const cause of spec.causes.keys())
      totals.set(cause, (totals.get(cause) ?? 0) + (distances.get(cause) ?? distances.get('')));
  }
  return totals;
}

/** The cause or null, and whether the pixels equal the expected ones. */
function pixelFault(one, data, totals) {
  if (data.length !== one.pixels.length) return ['pixelSize', false];
  if (mean(data, one.pixels) <= one.tolerance) return [null, equal(data, one.pixels)];
  if (worst(data, one.pixels) <= 1) return ['rounding', false];
  if (one.points !== undefined) {
    const distances = pixelDistances(one, data);
    const right = distances.get('');
    distances.delete('');
    const best = Math.min(...distances.values());
    if (best < 0.6 * right) {
      const close = [...distances].filter(([, distance]) => distance <= 1.2 * best + 1);
      return [least(close.map(([cause]) => [cause, totals.get(cause)]))[0], false];
    }
  } else if (totals.size > 0) {
    const [cause, total] = least([...totals]);
    if (total < 0.6 * totals.get('unknownPixels')) return [cause, false];
  }
  return ['unknownPixels', false];
}

const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];

/** The normalization that float values come from, if it is a known wrong one. */
function floatFault(values, pixels) {
  const formulas = {
    by255: (p) => p / 255,
    by127: (p) => p / 127.5 - 1,
    imagenet: (p, i) => (p / 255 - MEAN[i % 3]) / DEVIATION[i % 3],
    notNormalized: (p) => p,
  };
  for (const [cause, formula] of Object.entries(formulas))
    if (near(values, Array.from(pixels, formula), 2e-3)) return cause;
  return null;
}

function inputFault(spec, data, pixels) {
  const { input: type } = spec;
  const count = pixels.length;
  const width = ARRAYS[type].BYTES_PER_ELEMENT;
  if (data.length !== count * width) {
    if (width !== 1 || data.length !== count * 4) return 'inputType';
    const cause = floatFault(typed(data, 'float32'), pixels);
    return cause === null || cause === 'notNormalized' ? 'inputType' : cause;
  }
  const values = typed(data, type);
  const right = encode(pixels, type);
  const same = (expected) => (width === 4 ? near(values, expected, 1e-4) : equal(values, expected));
  if (same(right)) return null;
  const plane = count / 3;
  if (same(right.map((_, i) => right[(i % plane) * 3 + Math.floor(i / plane)]))) return 'nchw';
  if (same(right.map((_, i) => right[i + 2 - 2 * (i % 3)]))) return 'inputBgr';
  if (width === 4) return floatFault(values, pixels) ?? 'unknownInput';
  const bytes = Uint8Array.from(data);
  if (
    equal(
      bytes.map((value) => value ^ 0x80),
      new Uint8Array(right.buffer),
    )
  )
    return 'int8AsUint8';
  return bytes.every((value) => value <= 2 || value >= 254) ? 'truncated' : 'unknownInput';
}

/** The cause or null, and what the output equals. */
function outputFault(spec, one, data) {
  const width = ARRAYS[spec.output].BYTES_PER_ELEMENT;
  if (data.length !== spec.labels.length * width) return ['outputType', ''];
  const codes = decodeOutput(typed(data, spec.output), spec.output);
  const right = one.codes.get('xnnpack');
  for (const [family, expected] of one.codes) if (equal(codes, expected)) return [null, family];
  const families = [...one.codes.values()];
  const signed = codes.map((code) => (code & 0xff) ^ 0x80);
  if (families.some((expected) => equal(signed, expected))) return ['outputSigned', ''];
  const sorted = (list) => [...list].sort((a, b) => a - b);
  if (right.length > 1 && equal(sorted(codes), sorted(right))) return ['labelOrder', ''];
  if (families.some((expected) => worst(codes, expected) <= DELEGATE_CODES))
    return [null, `within ${DELEGATE_CODES} codes`];
  const scores = right.map((q) => q / 256);
  const logits = scores.map((score) => Math.log(Math.max(score, 1e-3) / Math.max(1 - score, 1e-3)));
  for (const list of [scores, logits]) {
    const powers = list.map((x) => Math.exp(x - Math.max(...list)));
    const sum = powers.reduce((a, b) => a + b, 0);
    if (
      near(
        codes,
        powers.map((power) => (256 * power) / sum),
        3,
      )
    )
      return ['softmax', ''];
  }
  return [
    near(
      codes,
      scores.map((score) => 256 / (1 + Math.exp(-score))),
      2,
    )
      ? 'sigmoid'
      : 'kernel',
    '',
  ];
}

/** The labels of the right rule ('') and of each wrong one. */
function decisionsBy({ ks, labels, globalK }, codes) {
  const order = labels.map((_, c) => c);
  const alphabetical = [...order].sort((a, b) => (labels[a] < labels[b] ? -1 : 1));
  const named = (flags, names = order) => new Set(names.filter((_, i) => flags[i]).map((c) => labels[c]));
  const present = codes.map((q, c) => q >= ks[c]);
  return {
    '': named(present),
    greater: named(codes.map((q, c) => q > ks[c])),
    half: named(codes.map((q) => q >= 128)),
    global: named(codes.map((q) => q >= globalK)),
    best: new Set([labels[codes.indexOf(Math.max(...codes))]]),
    decisionOrder: named(present, alphabetical),
    reversed: named(present, [...order].reverse()),
  };
}

function appCodes(spec, one, { output }) {
  const width = ARRAYS[spec.output].BYTES_PER_ELEMENT;
  return output !== undefined && output.length === spec.labels.length * width
    ? decodeOutput(typed(output, spec.output), spec.output)
    : one.codes.get('xnnpack');
}

const sameLabels = (a, b) => a.size === b.size && [...a].every((label) => b.has(label));
const labelsIn = (data) =>
  new Set(
    data
      .toString('utf8')
      .replaceAll('\r', '')
      .split('\n')
      .filter((line) => line !== ''),
  );

/** In how many cases each rule gives the app's labels. */
function decisionMatches(spec, results) {
  const matches = new Map();
  for (const one of spec.cases) {
    const found = results.get(one.name);
    if (found.labels === undefined) continue;
    for (const [rule, labels] of Object.entries(decisionsBy(spec, appCodes(spec, one, found))))
      matches.set(rule, (matches.get(rule) ?? 0) + Number(sameLabels(labels, labelsIn(found.labels))));
  }
  return matches;
}

function decisionFault(spec, one, found, matches) {
  const rules = decisionsBy(spec, appCodes(spec, one, found));
  const shown = labelsIn(found.labels);
  if (sameLabels(rules[''], shown)) return null;
  const fitting = Object.keys(rules).filter((rule) => sameLabels(rules[rule], shown));
  if (fitting.length === 0) return 'unknownDecisions';
  const best = fitting.reduce((a, b) => (matches.get(b) > matches.get(a) ? b : a));
  return best === 'reversed' ? 'decisionOrder' : best;
}

/** The cause or null, and the steps that were compared. */
function faultOf(spec, one, found, totals, matches) {
  const said = [];
  let cause = null;
  let exact = true;
  let pixels = one.pixels;
  if (found.pixels !== undefined) {
    [cause, exact] = pixelFault(one, found.pixels, totals);
    if (cause !== null) return [cause, said];
    pixels = found.pixels;
    said.push(exact ? 'pixels' : 'pixels as near as decoders are');
  }
  if (found.input !== undefined) {
    cause = inputFault(spec, found.input, pixels);
    // A program can feed the bundle's own pixels, because the output can be compared only then.
    if (cause !== null && !exact && inputFault(spec, found.input, one.pixels) === null) [cause, exact] = [null, true];
    if (cause !== null) return [cause, said];
    said.push('input');
  }
  if (found.output !== undefined && exact) {
    const [fault, family] = outputFault(spec, one, found.output);
    if (fault !== null) return [fault, said];
    said.push(`output (${family})`);
  }
  if (found.labels !== undefined) {
    cause = decisionFault(spec, one, found, matches);
    said.push('labels');
  }
  return [cause, said];
}

/** Prints one line per case. Returns whether all pass. */
function check(spec, results) {
  const totals = pixelTotals(spec, results);
  const matches = decisionMatches(spec, results);
  let passed = 0;
  for (const one of spec.cases) {
    const found = results.get(one.name);
    const name = one.name.padEnd(16);
    if (Object.keys(found).length === 0) {
      console.log(`none  ${name} no files of this case`);
      continue;
    }
    const [cause, said] = faultOf(spec, one, found, totals, matches);
    if (cause === null) {
      passed++;
      console.log(`ok    ${name} ${said.join(', ')}`);
    } else {
      const [step, text] = spec.causes.get(cause);
      console.log(`FAIL  ${name} ${step}: ${text} [${cause}]`);
    }
  }
  const total = spec.cases.length;
  console.log(`${passed} of ${total} parity cases pass.${passed === total ? ' You are done.' : ''}`);
  return passed === total;
}

function readResults(folder, name) {
  const found = {};
  for (const kind of ['pixels', 'input', 'output', 'labels']) {
    const file = path.join(folder, `${name}.${kind}`);
    if (existsSync(file)) found[kind] = readFileSync(file);
  }
  return found;
}

/** Loads LiteRT's WebAssembly below the package's own interface, which needs a browser and has no int8 tensors. */
async function loadModel(file) {
  const require = createRequire(path.join(process.cwd(), 'package.json'));
  let script;
  try {
    script = require.resolve('@litertjs/core/wasm/litert_wasm_compat_internal.js');
  } catch {
    console.error('LiteRT.js is not installed here: npm install @litertjs/core');
    process.exit(2);
  }
  const module = { exports: {} };
  const wrapper = compileFunction(readFileSync(script, 'utf8'), [
    'exports',
    'require',
    'module',
    '__filename',
    '__dirname',
  ]);
  wrapper(module.exports, createRequire(script), module, script, path.dirname(script));
  const wasm = await module.exports({
    locateFile: (name) => path.join(path.dirname(script), name),
    print: () => undefined,
    printErr: () => undefined,
  });
  wasm.setupLogging();
  const environment = wasm.LiteRtEnvironment.create(null);
  const bytes = readFileSync(file);
  const address = wasm._malloc(bytes.length);
  wasm.HEAPU8.set(bytes, address);
  const model = wasm.loadModel(environment, address, bytes.length);
  const compiled = await wasm.compileModel(environment, model, {
    environment: { liteRtEnvironment: environment },
    accelerator: 'wasm',
    cpuOptions: { numThreads: 1 },
    gpuOptions: {},
    webNNOptions: {},
  });
  const type = model.getInputTensorType(0, 0);
  const memory = wasm.LiteRtTensorBufferType.HOST_MEMORY;
  const buffer = wasm.LiteRtTensorBuffer.createManaged(environment, memory, type, type.bytes());
  return async (input) => {
    const to = buffer.lock(wasm.LiteRtTensorBufferLockMode.WRITE);
    wasm.HEAPU8.set(new Uint8Array(input.buffer, input.byteOffset, input.byteLength), to);
    buffer.unlock();
    const [output] = await compiled.run(0, [buffer]);
    const from = output.lock(wasm.LiteRtTensorBufferLockMode.READ);
    const copy = wasm.HEAPU8.slice(from, from + output.packedSize());
    output.unlock();
    output.delete();
    return Buffer.from(copy);
  };
}

const spec = readCases();
const at = process.argv.indexOf('--app');
const results = new Map();
if (at >= 0) {
  const folder = process.argv[at + 1] ?? '';
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    console.error(`${folder} is not a folder.`);
    process.exit(2);
  }
  for (const { name } of spec.cases) results.set(name, readResults(folder, name));
} else {
  const run = await loadModel(path.join(bundle, 'model_int8.tflite'));
  for (const one of spec.cases) {
    const input = encode(one.pixels, spec.input);
    const output = await run(input);
    const codes = decodeOutput(typed(output, spec.output), spec.output);
    const labels = spec.labels.filter((_, c) => codes[c] >= spec.ks[c]).map((label) => `${label}\n`);
    results.set(one.name, { input: Buffer.from(input.buffer), output, labels: Buffer.from(labels.join('')) });
  }
}
process.exitCode = check(spec, results) ? 0 : 1;
