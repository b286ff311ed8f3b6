import { stat } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { Problem } from '../../../shared/problem.ts';
import { insideFolder } from '../../pipeline/storage/insideFolder.ts';
import { readRegularFile, readRegularText } from '../../pipeline/storage/regularFile.ts';
import type { Questions } from './questions.ts';

/** V8 cannot hold longer strings. */
const LARGEST = 500e6;

const encodings = [
  ['windows-1252', 'Western European (Windows-1252)'],
  ['windows-1250', 'Central European (Windows-1250)'],
  ['windows-1251', 'Cyrillic (Windows-1251)'],
  ['macintosh', 'Western European (Mac)'],
  ['shift_jis', 'Japanese (Shift JIS)'],
  ['gb18030', 'Chinese (GB 18030)'],
] as const;

/** The text of a file of the project. UTF-8 and UTF-16 are recognized; any other encoding is asked about. */
export async function readSourceText(project: string, file: string, questions: Questions): Promise<string> {
  return decode(await readBytes(project, file), file, questions);
}

/** Null only if there is no such file: any other failure is an error, since it would lose labels. */
export async function readTextIfThere(project: string, file: string): Promise<string | null> {
  try {
    return (await readRegularText(placeIn(project, file))).replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof Problem) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new Problem('file', `${file} cannot be read.`, message);
  }
}

/** Where a file of the project is, links followed. */
function placeIn(project: string, file: string): string {
  try {
    return insideFolder(project, file);
  } catch {
    throw new Problem('data', `${file} is outside the project folder: move it in.`);
  }
}

async function readBytes(project: string, file: string): Promise<Buffer> {
  try {
    const place = placeIn(project, file);
    const found = await stat(place);
    if (!found.isFile()) throw new Problem('file', `${file} is not a file.`);
    if (found.size > LARGEST) throw new Problem('data', `${file} is larger than 500 MB: split it into smaller files.`);
    return await readRegularFile(place);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('file', `${file} cannot be read.`, (error as Error).message);
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
      text: `${file} is not UTF-8. Which encoding is it?`,
      choices: encodings.map(([value, text]) => ({ value, text })),
      assumed: 'windows-1252',
    });
    return new TextDecoder(encoding).decode(bytes);
  }
}

/** JSON, also as Python writes it: with NaN and Infinity, which become null. */
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
      const message = (error as Error).message;
      if (/Unterminated|Unexpected end|end of/i.test(message) || !/[\]}]\s*$/.test(text))
        throw new Problem(
          'data',
          `${file}:${text.split('\n').length}: the file is cut off here. Copy or export it again.`,
          message,
        );
      const at = Number(/position (\d+)/.exec(message)?.[1] ?? 0);
      throw new Problem(
        'data',
        `${file}:${text.slice(0, at).split('\n').length}: this is not valid JSON. Export the file again.`,
        message,
      );
    }
  }
}
