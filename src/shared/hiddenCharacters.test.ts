import { describe, expect, test } from 'vitest';
import { hasHiddenCharacters, visible, visibleLines, withoutHiddenCharacters } from './hiddenCharacters.ts';

describe('hidden characters', () => {
  test.each([
    ['ca\u200bt', 'ca\\u200bt'],
    ['\u202egnp', '\\u202egnp'],
    ['a\u2066b\u2069', 'a\\u2066b\\u2069'],
    ['\x1b]52;c;eA==\x07', '\\u001b]52;c;eA==\\u0007'],
    ['\x9b31m', '\\u009b31m'],
    ['so\xadft', 'so\\u00adft'],
    ['x\ufeff', 'x\\ufeff'],
    ['ab\u200dc', 'ab\\u200dc'],
    ['a\ufe0f', 'a\\ufe0f'],
    ['a\u{e0041}', 'a\\udb40\\udc41'],
    ['\u3164', '\\u3164'],
    ['a\nb', 'a\\u000ab'],
  ])('%j is shown as %s', (text, shown) => {
    expect(hasHiddenCharacters(text)).toBe(true);
    expect(visible(text)).toBe(shown);
    expect(hasHiddenCharacters(withoutHiddenCharacters(text))).toBe(false);
  });

  // A family, a heart, a keycap and the flag of Wales; Persian with a non-joiner, Hindi with a joiner, Hebrew,
  // Japanese.
  test.each([
    '👨‍👩‍👧',
    '❤️',
    '1️⃣',
    '🏴\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}',
    'می‌خواهم',
    'क्‍ष',
    'חתול',
    '猫',
    'café',
    'a b-c',
  ])('%s has no hidden characters', (text) => {
    expect(visible(text)).toBe(text);
    expect(hasHiddenCharacters(text)).toBe(false);
  });

  test('JSON keeps its meaning', () => {
    const value = { label: 'a\u009b\u202e\u{e0041}\n' };
    expect(JSON.parse(visibleLines(JSON.stringify(value)))).toEqual(value);
  });

  test('text keeps its line feeds and tabs', () => {
    expect(visibleLines('a\tb\nc\rd\n')).toBe('a\tb\nc\\u000dd\n');
  });
});
