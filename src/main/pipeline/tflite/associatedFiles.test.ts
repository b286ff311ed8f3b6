import { deflateRawSync } from 'node:zlib';
import yauzl from 'yauzl';
import { describe, expect, it } from 'vitest';
import { appendFiles, readFiles } from './associatedFiles.ts';

const model = Uint8Array.from({ length: 1001 }, (_, i) => i % 251);
const files = [
  { name: 'labels.txt', data: new TextEncoder().encode('a\nb\n') },
  { name: 'more.txt', data: new Uint8Array(0) },
];
/** A problem whose detail matches. */
const withDetail = (pattern: RegExp): Error =>
  expect.objectContaining({
    code: 'file.modelLabelsDamaged',
    detail: expect.stringMatching(pattern) as string,
  }) as Error;
const whole = (): Uint8Array => appendFiles(model, files);

/** The files that an independent zip reader finds; it checks every size. */
function unzip(bytes: Uint8Array): Promise<Map<string, string>> {
  return new Promise((resolve, reject) => {
    const found = new Map<string, string>();
    yauzl.fromBuffer(Buffer.from(bytes), (error, zip) => {
      if (error) return reject(error);
      zip.on('error', reject);
      zip.on('end', () => resolve(found));
      zip.on('entry', (entry: yauzl.Entry) => {
        zip.openReadStream(entry, (failed, stream) => {
          if (failed) return reject(failed);
          const chunks: Buffer[] = [];
          stream
            .on('data', (chunk: Buffer) => chunks.push(chunk))
            .on('error', reject)
            .on('end', () => found.set(entry.fileName, Buffer.concat(chunks).toString()));
        });
      });
    });
  });
}

describe('files inside a model', () => {
  it('leave the model unchanged and are read as views into the file', () => {
    const bytes = whole();
    expect(bytes.subarray(0, model.length)).toEqual(model);
    const found = readFiles(bytes)!;
    expect(found.map(({ name, data }) => [name, Array.from(data)])).toEqual(
      files.map(({ name, data }) => [name, Array.from(data)]),
    );
    expect(found[0]!.data.buffer).toBe(bytes.buffer);
  });

  it('are found by another zip reader', async () => {
    expect(await unzip(whole())).toEqual(
      new Map([
        ['labels.txt', 'a\nb\n'],
        ['more.txt', ''],
      ]),
    );
  });

  it('are the same bytes each time', () => {
    expect(whole()).toEqual(whole());
  });

  it('are null where there are none', () => {
    expect(readFiles(model)).toBeNull();
    expect(readFiles(new Uint8Array(3))).toBeNull();
  });

  it('are refused when compressed, since phone runtimes hand out views', () => {
    const data = deflateRawSync(new TextEncoder().encode('a\nb\n'.repeat(50)));
    const bytes = appendFiles(model, [{ name: 'labels.txt', data }]);
    const view = new DataView(bytes.buffer);
    view.setUint16(model.length + 8, 8, true);
    view.setUint16(bytes.length - 22 - 56 + 10, 8, true);
    expect(() => readFiles(bytes)).toThrow(withDetail(/'labels.txt' is compressed/));
  });

  it('are refused when damaged', () => {
    const changed = whole();
    changed[model.length + 30 + 10] = 0x78;
    expect(() => readFiles(changed)).toThrow(withDetail(/checksum of 'labels.txt'/));
    const shortened = appendFiles(model.subarray(0, 10), files);
    expect(() => readFiles(Buffer.concat([shortened.subarray(0, 5), shortened.subarray(6)]))).toThrow(withDetail(/./));
  });
});
