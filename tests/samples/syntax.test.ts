import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { SAMPLE_FILES } from '../../src/main/pipeline/export/bundle/manifest.ts';
import { openBracket } from './brackets.ts';

const resources = path.join(import.meta.dirname, '../../resources');
const python = process.env['DESTILA_PYTHON'] ?? 'python3';
const code = SAMPLE_FILES.filter((name) => /\.(kts?|swift)$/.test(name));

describe('brackets', () => {
  test.each(code)('match in %s', (name) => {
    expect(openBracket(readFileSync(path.join(resources, name), 'utf8'))).toBeNull();
  });

  test.each([
    ['a comment swallows the end of a call', 'copy(Data(pixels.map { $0 ^ 0x80 }) // minus 128, toInputAt: 0)\n', 1],
    ['a bracket of another kind closes', 'f(\n  [1, 2)\n', 2],
    ['nothing is open', 'f())\n', 1],
    ['an expression in a text stays open', 'val a = "${f(1}"\n', 1],
    ['a comment never ends', 'a\n/* b', 2],
  ])('do not match when %s', (_, text, line) => {
    expect(openBracket(text)).toBe(line);
  });

  test.each([
    '"a) \\" (" // (\n',
    '"${f("(")} {"\n',
    '"\\(f(")")) ("\n',
    '/* ( /* [ */ { */ f()',
    '"""a " ( """ + f()',
    "f(')', '(')",
  ])('in texts and comments do not count: %s', (text) => {
    expect(openBracket(text)).toBeNull();
  });
});

/** Prints each place that a grammar of tree-sitter does not understand. */
const PARSE = `
import sys, tree_sitter_kotlin, tree_sitter_swift
from tree_sitter import Language, Parser

def faults(node):
    if node.type == 'ERROR' or node.is_missing:
        yield node.start_point[0] + 1
    for child in node.children:
        yield from faults(child)

for file in sys.argv[1:]:
    grammar = tree_sitter_swift if file.endswith('.swift') else tree_sitter_kotlin
    tree = Parser(Language(grammar.language())).parse(open(file, 'rb').read())
    for line in faults(tree.root_node):
        print(file, line)
`;
const parses = spawnSync(python, ['-c', PARSE]).status === 0;
if (!parses)
  console.warn(
    'The samples are not parsed: pip install tree-sitter tree-sitter-kotlin tree-sitter-swift, or set DESTILA_PYTHON.',
  );

test.skipIf(!parses)('tree-sitter parses the Kotlin and Swift files', () => {
  const { status, stdout } = spawnSync(python, ['-c', PARSE, ...code.map((name) => path.join(resources, name))], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});
