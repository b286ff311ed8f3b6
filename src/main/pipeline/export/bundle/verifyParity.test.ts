import { beforeAll, describe, expect, test } from 'vitest';
import { smallBundle } from '../../../../../tests/bundle/smallBundle.ts';
import type { Message } from '../../../../shared/message.ts';
import { message } from '../../../../shared/message.ts';
import type { Problem } from '../../../../shared/problem.ts';
import { sharp } from '../../data/imageLibrary.ts';
import type { ParityIndex } from './parityIndex.ts';
import { checkParity } from './verifyParity.ts';

let base: ReadonlyMap<string, Buffer>;
beforeAll(async () => {
  base = await smallBundle();
});

const INDEX = 'parity/index.json';
type Writable<T> = { -readonly [K in keyof T]: Writable<T[K]> };

/** The code of each check, with the code and parameters of its fault. */
async function checked(changes: Record<string, Uint8Array | ((own: never) => unknown)>) {
  const files = new Map<string, Uint8Array>(base);
  for (const [name, change] of Object.entries(changes)) {
    if (typeof change !== 'function') files.set(name, change);
    else {
      const own = JSON.parse(base.get(name)!.toString()) as never;
      change(own);
      files.set(name, Buffer.from(`${JSON.stringify(own, null, name === INDEX ? 1 : 0)}\n`));
    }
  }
  const checks: Record<string, unknown> = {};
  await checkParity(files, async (name, findFault) => {
    const fault = await Promise.resolve()
      .then(findFault)
      .catch((error: unknown) => error as Problem);
    checks[name.code!] = fault === null ? null : { code: fault.code, params: fault.params };
    return fault === null;
  });
  return checks;
}
const fault = ({ code, params }: Message): object => ({ code, params });
const index = (change: (index: Writable<ParityIndex>) => unknown) => ({ [INDEX]: change });
const flipped = (name: string): Record<string, Buffer> => {
  const data = Buffer.from(base.get(name)!);
  data[0]! ^= 0xff;
  return { [name]: data };
};

const passed = {
  ...{ 'bundle.checkLitert': null, 'bundle.checkLetterbox': null, 'bundle.checkCases': null },
  ...{ 'bundle.checkOutputs': null, 'bundle.checkDecisions': null },
};

test('a bundle as the studio writes it passes, and the number of its images is said', async () => {
  expect(await checked({})).toEqual(passed);
  const names: Message[] = [];
  await checkParity(base, (name) => Promise.resolve(names.push(name) > 0));
  // A check that does not look for its fault leaves nothing to go on with.
  expect(names).toEqual([message('bundle.checkLitert')]);
});

describe('the index', () => {
  const alone = async (changes: Parameters<typeof checked>[0], expected: Message) =>
    expect(await checked(changes)).toEqual({ 'bundle.checkLitert': fault(expected) });

  test('has four images of the person, or all of val and test if there are fewer, and the drawn ones', async () => {
    const count = (found: number, expected: number) => message('bundle.imageCount', { file: INDEX, found, expected });
    await alone(
      index(({ items }) => items.pop()),
      count(15, 16),
    );
    const images = (val: number, test: number) => ({
      'metrics.json': (metrics: { images: object }) => Object.assign(metrics.images, { val, test }),
    });
    await alone(images(1, 2), count(16, 15));
    expect(await checked(images(2, 2))).toEqual(passed);
    await alone(
      index((own) => (own.items = [])),
      count(0, 12),
    );
  });

  test.each(['image', 'letterbox', 'output'] as const)('has the usual name of each %s', async (of) => {
    await alone(
      index(({ items }) => (items[2]![of] = 'parity/other')),
      message('bundle.imageNames', { file: INDEX, number: 3 }),
    );
  });

  test('needs a model that can be loaded', async () => {
    const checks = await checked({ 'model_int8.tflite': Buffer.from('no model') });
    expect(Object.keys(checks)).toEqual(['bundle.checkLitert']);
    expect(checks['bundle.checkLitert']).not.toBeNull();
  });
});

describe('each step starts from the file before it', () => {
  const differs = (file: string, name: string) =>
    fault(message('bundle.stepDiffers', { file, image: `parity/images/${name}.png` }));

  test('and so another letterboxed pixel is a fault of the letterbox', async () => {
    expect(await checked(flipped('parity/letterbox/own-03.rgb'))).toMatchObject({
      'bundle.checkLitert': null,
      'bundle.checkLetterbox': differs('parity/letterbox/own-03.rgb', 'own-03'),
    });
  });

  test('but an output is not part of the next step', async () => {
    for (const name of ['own-01', 'threshold-below'])
      expect(await checked(flipped(`parity/outputs/${name}.bin`))).toEqual({
        ...passed,
        'bundle.checkOutputs': differs(`parity/outputs/${name}.bin`, name),
      });
  });

  test('whose size has to be right', async () => {
    const [before] = [base.get('parity/letterbox/own-02.rgb')!];
    const checks = await checked({ 'parity/letterbox/own-02.rgb': before.subarray(1) });
    expect(checks['bundle.checkLetterbox']).toEqual({
      code: 'file.parityPixels',
      params: { file: 'parity/letterbox/own-02.rgb', found: 3071, width: 32, height: 32, expected: 3072 },
    });
  });
});

test('the codes of other kernels are part of the decisions', async () => {
  const { 'bundle.checkDecisions': own } = await checked(
    index(({ items }) => (items[0]!.otherKernels!.reference.codes[0]! ^= 1)),
  );
  expect(own).toEqual(fault(message('bundle.decisionsDiffer', { file: INDEX, image: 'parity/images/own-01.png' })));
});

test('the cases of the check programs are those of the index', async () => {
  const file = 'parity/cases.txt';
  const cases = base.get(file)!.toString();
  expect(await checked({ [file]: Buffer.from(cases.replace('wrong bgr', 'wrong mirrored')) })).toEqual({
    ...passed,
    'bundle.checkCases': fault(message('bundle.casesDiffer', { file, other: INDEX })),
  });
});

describe('the decisions', () => {
  const decisions = async (change: (items: Writable<ParityIndex>['items']) => unknown) => {
    const { 'bundle.checkDecisions': own } = await checked(index(({ items }) => change(items)));
    return own;
  };

  test('follow from the outputs', async () => {
    const expected = (image: string) => fault(message('bundle.decisionsDiffer', { file: INDEX, image }));
    expect(await decisions((items) => (items[4]!.codes[6]! ^= 1))).toEqual(expected('parity/images/odd-size.png'));
    expect(await decisions((items) => items[15]!.decisions.push('apple'))).toEqual(
      expected('parity/images/threshold-below.png'),
    );
  });

  test('are listed in an index in the form that the studio writes', async () => {
    const checks = await checked({ [INDEX]: Buffer.concat([base.get(INDEX)!, Buffer.from('\n')]) });
    expect(checks).toEqual({ ...passed, 'bundle.checkDecisions': fault(message('bundle.layout', { file: INDEX })) });
  });
});

describe('an image', () => {
  const refused = { code: 'file.parityImage', params: { file: 'parity/images/own-01.png', width: 40, height: 32 } };
  const letterboxFault = async (image: Uint8Array) =>
    (await checked({ 'parity/images/own-01.png': image }))['bundle.checkLetterbox'];
  const noise = (channels: 3, width = 40, height = 32) =>
    sharp(Buffer.alloc(width * height * channels, 77), { raw: { width, height, channels } });

  test('of other pixels gives other letterboxed ones', async () => {
    expect(await letterboxFault(await noise(3).png().toBuffer())).toMatchObject({ code: 'bundle.stepDiffers' });
  });

  test.each([
    ['another format', () => noise(3).webp({ lossless: true }).toBuffer()],
    ['another width', () => noise(3, 41, 32).png().toBuffer()],
    ['another height', () => noise(3, 40, 33).png().toBuffer()],
    ['no pixels', () => Promise.resolve(base.get('parity/images/own-01.png')!.subarray(0, 8))],
    ['only a part of its pixels', () => Promise.resolve(base.get('parity/images/own-01.png')!.subarray(0, 2000))],
  ])('with %s is refused', async (_, image) => {
    expect(await letterboxFault(await image())).toEqual(refused);
  });
});
