import { describe, expect, test } from 'vitest';
import { childText, parseXml } from './xml.ts';
import type { XmlElement } from './xml.ts';

const plain = ({ name, attributes, children, text }: XmlElement): unknown[] => [
  name,
  Object.fromEntries(attributes),
  text,
  ...children.map(plain),
];
const parsed = (text: string): unknown => plain(parseXml(text, 'a.xml'));

describe('an XML file', () => {
  test.each<readonly [string, string, unknown]>([
    [
      'elements, attributes and text',
      '<a x="1" y = \'2\'>t<b/>u<b z="">v</b ></a>',
      [...['a', { x: '1', y: '2' }, 'tu'], ['b', {}, ''], ['b', { z: '' }, 'v']],
    ],
    [
      'a declaration, a document type and comments',
      '<?xml version="1.0"?>\n<!DOCTYPE a>\n<!-- <b> -->\n<a><!-- <b>\n- -->c<?pi <x> ?></a>\n',
      ['a', {}, 'c'],
    ],
    ['CDATA', '<a>x<![CDATA[<b>&amp;]]>y<![CDATA[]]></a>', ['a', {}, 'x<b>&amp;y']],
    ['an empty root', '<a/>', ['a', {}, '']],
    ['spaces in tags', '<a\n x="1"\t/>', ['a', { x: '1' }, '']],
    ['the other quote inside a value', `<a x="it's" y='"'/>`, ['a', { x: "it's", y: '"' }, '']],
    ['> inside a value', '<a x="a > b">c</a>', ['a', { x: 'a > b' }, 'c']],
    ['names with dots and colons', '<a:b.c-d e:f="1"></a:b.c-d>', ['a:b.c-d', { 'e:f': '1' }, '']],
    ['what follows the root', '<a>b</a>\n<c/>', ['a', {}, 'b']],
  ])('with %s is read', (_, text, tree) => expect(parsed(text)).toEqual(tree));

  test.each([
    ['&lt;&gt;&amp;&quot;&apos;', `<>&"'`],
    ['&#65;&#x42;&#X63;&#x1F345;', 'ABc🍅'],
    ['&#1114111;', '\u{10ffff}'],
    ['&#1114112; &#x110000; &unknown; &;  & &amp', '&#1114112; &#x110000; &unknown; &;  & &amp'],
    ['&amp;lt;', '&lt;'],
    ['&LT;', '&LT;'],
  ])('decodes %s', (text, decoded) => {
    expect(parsed(`<a x="${text.replaceAll('"', '')}">${text}</a>`)).toEqual(['a', { x: decoded }, decoded]);
  });

  test.each([
    ['a closing tag of another name', '<a>\n<b>\n</a>\n</b>', 'data.invalidXml', 3],
    ['a closing tag without an opening one', '</a>', 'data.invalidXml', 1],
    ['a closing tag without a name', '\n</>', 'data.invalidXml', 2],
    ['a tag that does not end', '<a>\n\n<b x="1', 'data.invalidXml', 3],
    ['an attribute without quotes', '<a x=1></a>', 'data.invalidXml', 1],
    ['a comment that does not end', '<a>\n<!-- b</a>', 'data.invalidXml', 2],
    ['a declaration of entities', '<!DOCTYPE a [\n<!ENTITY b "c">]>\n<a/>', 'data.invalidXml', 1],
    ['an element that is not closed', '<a>\n<b>\n</b>\n', 'data.truncatedFile', 4],
    ['no element', '\ntext', 'data.truncatedFile', 2],
    ['nothing', '', 'data.truncatedFile', 1],
  ])('with %s is refused with the line', (_, text, code, line) => {
    expect(() => parseXml(text, 'a.xml')).toThrow(expect.objectContaining({ code, params: { file: 'a.xml', line } }));
  });
});

test('the text of a child is trimmed, that of the first one counts, and a missing one has none', () => {
  const root = parseXml('<a><b> c\n</b><b>d</b><e/></a>', 'a.xml');
  expect(['b', 'e', 'f'].map((name) => childText(root, name))).toEqual(['c', '', '']);
});
