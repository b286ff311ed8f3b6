import { isAlias, isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Node } from 'yaml';
import { yamlReason } from '../../../shared/complaint.ts';
import { Problem } from '../../../shared/problem.ts';

/** A YAML file that may come from anybody, read within bounds of time and memory. */
export interface YamlFile {
  readonly values: unknown;
  /** Line of the key at a path, or of the nearest part of the path that is there. */
  lineOf(path: readonly PropertyKey[]): number;
}

/**
 * Bytes; all settings with their comments have 20,000. The parser takes seconds and hundreds of megabytes for one
 * megabyte of short keys.
 */
export const MOST_YAML_BYTES = 64 * 1024;
/** Tags ('!!str') and directives ('%TAG') that a file may have; the parser compares each error with all earlier text. */
const MOST_TAGS = 100;
/**
 * Levels of brackets or indentation; settings have three. The parser calls itself for each, and its time grows with
 * their square.
 */
const DEEPEST = 50;

export function readYaml(file: string, text: string): YamlFile {
  if (Buffer.byteLength(text) > MOST_YAML_BYTES) throw tooLarge(file);
  if ((text.match(/(?<!\S)!|^%/gm)?.length ?? 0) > MOST_TAGS)
    throw new Problem('config', `${file} has more than ${MOST_TAGS} tags (! or %): this is not a settings file.`);
  const deep = tooDeep(text);
  if (deep !== null)
    throw new Problem('config', `${file}:${deep}: brackets are nested more than ${DEEPEST} levels deep.`);
  const lines = new LineCounter();
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const document = parse(file, text, lines);
  const [fault] = document.errors;
  if (fault !== undefined)
    throw new Problem('config', `${file}:${lineAt(fault.pos[0])}: this is not YAML (${yamlReason(fault)}).`);
  refuseTricks(file, document, (node) => lineAt(node.range?.[0] ?? 0));
  return { values: document.toJS() as unknown, lineOf: (path) => lineAt(offsetOf(document, path)) };
}

export const tooLarge = (file: string): Problem =>
  new Problem('config', `${file} has more than ${MOST_YAML_BYTES / 1024} KB: this is not a settings file.`);

function parse(file: string, text: string, lines: LineCounter): Document.Parsed {
  try {
    // Doubled keys are looked for below: the parser compares each with all others.
    return parseDocument(text, { lineCounter: lines, uniqueKeys: false, logLevel: 'silent' });
  } catch (error) {
    // Block collections ('- - - -') nest as well, until the stack is used up.
    if (error instanceof RangeError) throw new Problem('config', `${file}: values are nested too deep.`, error.message);
    throw error;
  }
}

/**
 * The line where brackets, or '- - - -' in one line, are nested too deep; brackets in quotes count, of which no
 * setting needs so many.
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
 * What is valid YAML and still no way to write settings: aliases, which can multiply, doubled keys, and a key that
 * changes what an object is.
 */
function refuseTricks(file: string, document: Document.Parsed, lineOf: (node: Node) => number): void {
  visit(document, {
    Alias: (_, node) => {
      throw new Problem(
        'config',
        `${file}:${lineOf(node)}: aliases (*${node.source}) are not supported: write the value itself.`,
      );
    },
    Map: (_, node) => {
      const seen = new Set<unknown>();
      for (const { key } of node.items) {
        if (!isScalar(key) || isAlias(key)) continue;
        const at = `${file}:${lineOf(key as Node)}`;
        if (key.value === '__proto__') throw new Problem('config', `${at}: unknown setting __proto__.`);
        if (seen.has(key.value)) throw new Problem('config', `${at}: '${String(key.value)}' is set twice.`);
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
