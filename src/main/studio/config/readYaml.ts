import { isAlias, isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Node } from 'yaml';
import { yamlReason } from '../../../shared/fieldError.ts';
import { Problem } from '../../../shared/problem.ts';

/** A YAML file that may come from anybody, read within limits of time and memory. */
export interface YamlFile {
  readonly values: unknown;
  /** Line of the key at a path, or of the longest part of the path that exists. */
  lineOf(path: readonly PropertyKey[]): number;
}

/**
 * All settings with their comments take 20,000 bytes. For one megabyte of short keys the parser needs seconds and
 * hundreds of megabytes.
 */
export const MOST_YAML_BYTES = 64 * 1024;
/** Limit on tags ('!!str') and directives ('%TAG'), because the parser compares each error with all earlier text. */
const MOST_TAGS = 100;
/**
 * Limit on nested brackets or indentation, of which settings need three levels. The parser recurses into each level,
 * and its time grows with their square.
 */
const DEEPEST = 50;

export function readYaml(file: string, text: string): YamlFile {
  if (Buffer.byteLength(text) > MOST_YAML_BYTES) throw tooLarge(file);
  if ((text.match(/(?<!\S)!|^%/gm)?.length ?? 0) > MOST_TAGS)
    throw new Problem('config.yamlTooManyTags', { file, limit: MOST_TAGS });
  const deep = tooDeep(text);
  if (deep !== null) throw new Problem('config.yamlBracketsTooDeep', { place: `${file}:${deep}`, limit: DEEPEST });
  const lines = new LineCounter();
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const document = parse(file, text, lines);
  const [fault] = document.errors;
  if (fault !== undefined)
    throw new Problem('config.yamlInvalid', { place: `${file}:${lineAt(fault.pos[0])}` }, yamlReason(fault));
  rejectUnsupported(file, document, (node) => lineAt(node.range?.[0] ?? 0));
  return { values: document.toJS() as unknown, lineOf: (path) => lineAt(offsetOf(document, path)) };
}

export const tooLarge = (file: string): Problem =>
  new Problem('config.yamlTooLarge', { file, limit: MOST_YAML_BYTES / 1024 });

function parse(file: string, text: string, lines: LineCounter): Document.Parsed {
  try {
    // `rejectUnsupported` finds duplicate keys, because the parser would compare each key with all others.
    return parseDocument(text, { lineCounter: lines, uniqueKeys: false, logLevel: 'silent' });
  } catch (error) {
    // Nested block collections ('- - - -') can also exhaust the stack.
    if (error instanceof RangeError) throw new Problem('config.yamlTooDeep', { file }, error.message);
    throw error;
  }
}

/**
 * The line where brackets, or '- - - -' within a line, are nested too deeply. Brackets in quotes count as well, because
 * no setting needs so many of them.
 */
function tooDeep(text: string): number | null {
  let depth = 0;
  let line = 1;
  for (const character of text) {
    if (character === '\n') line++;
    else if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
    if (depth > DEEPEST) return line;
  }
  const indicators = new RegExp(String.raw`^[ \t]*(?:[-?:][ \t]+){${DEEPEST}}`, 'm').exec(text);
  return indicators === null ? null : text.slice(0, indicators.index).split('\n').length;
}

/**
 * Rejects valid YAML that settings must not use: aliases, which can multiply, duplicate keys, and `__proto__`, which
 * would change the prototype of an object.
 */
function rejectUnsupported(file: string, document: Document.Parsed, lineOf: (node: Node) => number): void {
  visit(document, {
    Alias: (_, node) => {
      throw new Problem('config.yamlAlias', { place: `${file}:${lineOf(node)}`, name: node.source });
    },
    Map: (_, node) => {
      const seen = new Set<unknown>();
      for (const { key } of node.items) {
        if (!isScalar(key) || isAlias(key)) continue;
        const place = `${file}:${lineOf(key as Node)}`;
        if (key.value === '__proto__') throw new Problem('config.settingUnknown', { place, key: '__proto__' });
        if (seen.has(key.value)) throw new Problem('config.settingTwice', { place, key: String(key.value) });
        seen.add(key.value);
      }
    },
  });
}

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of path) {
    if (!isMap(node)) break;
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
    if (pair === undefined) break;
    offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
    node = pair.value;
  }
  return offset;
}
