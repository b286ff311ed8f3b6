import { Problem } from '../../../shared/problem.ts';

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

interface OpenElement extends XmlElement {
  readonly children: XmlElement[];
  text: string;
}

const skippedTokens = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!DOCTYPE[^>[]*>/;
const cdataToken = /<!\[CDATA\[([\s\S]*?)\]\]>/;
const closingTag = /<\/([^\s>]+)\s*>/;
const openingTag = /<([^\s/>!?]+)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/;
const plainText = /([^<]+)/;
const token = new RegExp(
  [skippedTokens, cdataToken, closingTag, openingTag, plainText].map(({ source }) => source).join('|'),
  'y',
);
const attribute = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** Parses an annotation file. Entities are not declared, so that a file cannot expand to gigabytes. */
export function parseXml(text: string, file: string): XmlElement {
  const root: OpenElement = { name: '', attributes: new Map(), children: [], text: '' };
  const open: OpenElement[] = [root];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const found = token.exec(text);
    const top = open.at(-1)!;
    if (found === null) throw syntaxProblem(text, at, file);
    const [, cdata, closed, opened, attributes, empty, plain] = found;
    if (cdata !== undefined) top.text += cdata;
    else if (plain !== undefined) top.text += decoded(plain);
    else if (closed !== undefined) {
      if (closed !== top.name) throw syntaxProblem(text, at, file);
      open.pop();
    } else if (opened !== undefined) {
      const element: OpenElement = {
        name: opened,
        attributes: new Map(
          [...(attributes ?? '').matchAll(attribute)].map(([, key, double, single]) => [
            key!,
            decoded(double ?? single ?? ''),
          ]),
        ),
        children: [],
        text: '',
      };
      top.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  const [element] = root.children;
  if (open.length > 1 || element === undefined)
    throw new Problem('data.truncatedFile', { file, line: lineAt(text, text.length) });
  return element;
}

const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length;

const syntaxProblem = (text: string, at: number, file: string): Problem =>
  new Problem('data.invalidXml', { file, line: lineAt(text, at) });

const entities = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

const decoded = (text: string): string =>
  text.replaceAll(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return entities.get(name) ?? whole;
      const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );

/** Returns the trimmed text of a child element; '' if there is none. */
export const childText = (element: XmlElement, name: string): string =>
  element.children.find((child) => child.name === name)?.text.trim() ?? '';
