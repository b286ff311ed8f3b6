import { crc32, deflateRawSync } from 'node:zlib';

/** An entry as it stands in the file, right or wrong: no zip library writes such archives. */
export interface RawEntry {
  readonly name: string;
  readonly data: Uint8Array;
  /** In the local header, where it differs from the directory. */
  readonly localName?: string;
  /** Unix mode with the file's type; none by default. */
  readonly mode?: number;
  readonly deflate?: boolean;
  /** Unpacked size as both headers declare it. */
  readonly declared?: number;
  /** Bytes before the entry that belong to none. */
  readonly before?: Uint8Array;
  /** Left out of the directory. */
  readonly hidden?: boolean;
}

/** A zip, byte by byte (PKWARE APPNOTE 4.3). */
export function rawZip(entries: readonly RawEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  const push = (bytes: Uint8Array): void => {
    parts.push(Buffer.from(bytes));
    at += bytes.length;
  };
  for (const {
    name,
    data,
    localName = name,
    mode = 0,
    deflate = false,
    declared = data.length,
    before,
    hidden,
  } of entries) {
    if (before !== undefined) push(before);
    const packed = deflate ? deflateRawSync(data) : data;
    const offset = at;
    const shared = (nameBytes: Buffer): Buffer => {
      const header = Buffer.alloc(26);
      header.writeUInt16LE(20, 0);
      header.writeUInt16LE(0x0800, 2); // names are UTF-8
      header.writeUInt16LE(deflate ? 8 : 0, 4);
      header.writeUInt32LE(0x0021_0000, 6);
      header.writeUInt32LE(crc32(data), 10);
      header.writeUInt32LE(packed.length, 14);
      header.writeUInt32LE(declared, 18);
      header.writeUInt16LE(nameBytes.length, 22);
      return header;
    };
    push(Buffer.concat([Buffer.from('PK\x03\x04'), shared(Buffer.from(localName)), Buffer.from(localName), packed]));
    if (hidden) continue;
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.of(20, 3), shared(Buffer.from(name)), rest, Buffer.from(name)]),
    );
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, central, end]);
}
