import { describe, expect, test } from 'vitest';
import { boundName, isOwnKey, keyName, mayRepeat } from './keyNames.ts';

const press = (key: string, ...held: ('ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey')[]) => ({
  key,
  ctrlKey: held.includes('ctrlKey'),
  metaKey: held.includes('metaKey'),
  altKey: held.includes('altKey'),
  shiftKey: held.includes('shiftKey'),
});

describe('the name of a key', () => {
  test.each([
    [press('a'), 'a'],
    [press('L', 'shiftKey'), 'shift+l'],
    [press('?', 'shiftKey'), '?'],
    [press('+', 'shiftKey'), '+'],
    [press('!', 'shiftKey'), '!'],
    [press(' '), 'Space'],
    [press('ArrowUp', 'shiftKey'), 'shift+ArrowUp'],
    [press('z', 'ctrlKey'), 'mod+z'],
    [press('Z', 'metaKey', 'shiftKey'), 'mod+shift+z'],
    [press('1', 'altKey'), 'alt+1'],
    [press('s', 'ctrlKey', 'altKey'), 'mod+alt+s'],
  ])('%j is %s', (event, name) => expect(keyName(event)).toBe(name));
});

describe('a key belongs to what has the focus', () => {
  test.each([
    ['text', 'a', true],
    ['text', '1', true],
    ['text', 'Enter', true],
    ['text', 'ArrowLeft', true],
    ['text', 'mod+z', true],
    ['text', 'mod+shift+z', true],
    ['text', 'mod+s', false],
    ['text', 'mod+k', false],
    ['text', 'Escape', false],
    ['choice', 'ArrowLeft', true],
    ['choice', 'Home', true],
    ['choice', 'Space', true],
    ['choice', '1', false],
    ['choice', 'mod+z', false],
    ['button', 'Enter', true],
    ['button', 'Space', true],
    ['button', 'ArrowLeft', false],
    ['button', '1', false],
    ['other', 'Enter', false],
    ['other', 'a', false],
  ] as const)('%s takes %s: %s', (target, name, own) => expect(isOwnKey(target, name)).toBe(own));
});

describe('a key that is held down', () => {
  test.each(['ArrowRight', 'shift+ArrowDown', 'PageUp', 'j', 'k', '+', '-', 'mod+z', 'mod+shift+z', 'mod+y'])(
    'may repeat %s',
    (name) => expect(mayRepeat(name)).toBe(true),
  );
  // Held a moment too long, these would change image after image, or switch a label on and off.
  test.each(['1', '9', 'a', 'n', 'x', 'r', 'l', 'shift+l', 'Space', 'Enter', 'mod+s', 'mod+a', 'shift+j'])(
    'does %s once',
    (name) => expect(mayRepeat(name)).toBe(false),
  );
});

describe('a stroke is bound', () => {
  const keymap = { a: 1, 'g d': 1, d: 1 };
  const at = (name: string, time: number) => ({ name, at: time });
  test.each([
    ['alone', at('', -Infinity), at('a', 5), 'a'],
    ['with the one before as a chord', at('g', 0), at('d', 1199), 'g d'],
    ['alone when that was too long ago', at('g', 0), at('d', 1200), 'd'],
    ['alone after another key', at('a', 0), at('d', 1), 'd'],
    ['to nothing', at('g', 0), at('x', 1), null],
    ['to nothing on its way to a chord', at('', 0), at('g', 1), null],
  ])('%s', (_, before, now, expected) => expect(boundName(keymap, before, now)).toBe(expected));
});
