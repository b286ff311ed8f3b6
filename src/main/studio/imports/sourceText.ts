import { stat } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { message } from '../../../shared/message.ts';
import { Problem } from '../../../shared/problem.ts';
import { insideFolder } from '../../pipeline/storage/insideFolder.ts';
import { readRegularFile, readRegularText } from '../../pipeline/storage/regularFile.ts';
import type { Questions } from './questions.ts';

/** V8 cannot hold longer strings. */
const MAX_MEGABYTES = 500;

const encodings = [
  ['windows-1252', message('importQuestion.encodingWestern')],
  ['windows-1250', message('importQuestion.encodingCentralEuropean')],
  ['windows-1251', message('importQuestion.encodingCyrillic')],
  ['macintosh', message('importQuestion.encodingMac')],
  ['shift_jis', message('importQuestion.encodingJapanese')],
  ['gb18030', message('importQuestion.encodingChinese')],
] as const;

/** Reads a text file of the project. Recognizes UTF-8 and UTF-16, and asks about any other encoding. */
export async function readSourceText(project: string, file: string, questions: Questions): Promise<string> {
  return decode(await readBytes(project, file), file, questions);
}

/** Returns null only if the file does not exist. Any other failure is an error, because it would lose labels. */
export async function readTextIfThere(project: string, file: string): Promise<string | null> {
  try {
    return (await readRegularText(placeIn(project, file))).replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof Problem) throw error;
    const { code, message: reason } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new Problem('file.sourceUnreadable', { file }, reason);
  }
}

/** Returns the real location of a file, links resolved. Refuses files outside the project. */
function placeIn(project: string, file: string): string {
  try {
    return insideFolder(project, file);
  } catch {
    throw new Problem('data.outsideProject', { file });
  }
}

async function readBytes(project: string, file: string): Promise<Buffer> {
  try {
    const place = placeIn(project, file);
    const found = await stat(place);
    if (!found.isFile()) throw new Problem('file.sourceNotFile', { file });
    if (found.size > MAX_MEGABYTES * 1e6) throw new Problem('data.sourceTooLarge', { file, megabytes: MAX_MEGABYTES });
    return await readRegularFile(place);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('file.sourceUnreadable', { file }, (error as Error).message);
  }
}

export const utf16Of = (bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null =>
  bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;

function decode(bytes: Uint8Array, file: string, questions: Questions): string {
  const wide = utf16Of(bytes);
  if (wide !== null) return new TextDecoder(wide).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const encoding = questions.ask({
      id: 'encoding',
      text: message('importQuestion.encoding', { file }),
      choices: encodings.map(([value, text]) => ({ value, text })),
      assumed: 'windows-1252',
    });
    return new TextDecoder(encoding).decode(bytes);
  }
}

/** Parses JSON, also as Python writes it: with NaN and Infinity, which become null. */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const plain = text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) =>
      found.startsWith('"') ? found : 'null',
    );
    try {
      return JSON.parse(plain) as unknown;
    } catch {
      const reason = (error as Error).message;
      if (/Unterminated|Unexpected end|end of/i.test(reason) || !/[\]}]\s*$/.test(text))
        throw new Problem('data.truncatedFile', { file, line: text.split('\n').length }, reason);
      const at = Number(/position (\d+)/.exec(reason)?.[1] ?? 0);
      throw new Problem('data.invalidJson', { file, line: text.slice(0, at).split('\n').length }, reason);
    }
  }
}
