import { useEffect, useLayoutEffect, useRef } from 'react';

/** 'mod+k', 'shift+l', 'j', 'Enter', 'g d'. mod is Ctrl, or Cmd on a Mac. */
export type Keymap = Readonly<Record<string, (event: KeyboardEvent) => void>>;

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

export function keyName(event: Pressed): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const shifted = event.shiftKey && (event.key.length > 1 || /[a-z0-9]/.test(key)) ? 'shift+' : '';
  return `${event.ctrlKey || event.metaKey ? 'mod+' : ''}${event.altKey ? 'alt+' : ''}${shifted}${key === ' ' ? 'Space' : key}`;
}

/** The kind of element that has the browser's focus. */
export type Target = 'text' | 'choice' | 'button' | 'other';

/** In a text field these keys belong to the text. */
const ofTexts = new Set(['mod+z', 'mod+shift+z', 'mod+y', 'mod+a', 'mod+c', 'mod+v', 'mod+x']);
/** These keys move within radio buttons and ranges. */
const ofChoices = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown']);
const ofButtons = new Set(['Enter', 'Space']);
/** A held key may repeat movement and undo, but changes only one image: the next one was not looked at. */
const repeats = /^((shift\+)?(Arrow|Page)\w+|[jk+-]|mod\+(shift\+)?[zy])$/;

/** True when the focused element handles the key itself. */
export function isOwnKey(target: Target, name: string): boolean {
  switch (target) {
    case 'text':
      return ofTexts.has(name) || (!name.startsWith('mod+') && name !== 'Escape');
    case 'choice':
      return ofChoices.has(name) || name === 'Space';
    case 'button':
      return ofButtons.has(name);
    case 'other':
      return false;
  }
}

export const mayRepeat = (name: string): boolean => repeats.test(name);

interface Stroke {
  readonly name: string;
  /** Milliseconds on the events' own clock. */
  readonly at: number;
}

const CHORD_MS = 1200;

/** The binding of a keystroke: a chord with the previous one, or the key alone; null when it is not bound. */
export function boundName(keymap: Readonly<Record<string, unknown>>, before: Stroke, now: Stroke): string | null {
  const chord = `${before.name} ${now.name}`;
  if (now.at - before.at < CHORD_MS && keymap[chord] !== undefined) return chord;
  return keymap[now.name] === undefined ? null : now.name;
}

let lastInput: 'key' | 'pointer' = 'key';
let focusedBy: 'key' | 'pointer' = 'key';

/** Tracks whether a control got the focus by key or by pointer. Called once per window. */
export function followInput(): void {
  document.addEventListener('pointerdown', () => (lastInput = 'pointer'), true);
  document.addEventListener('keydown', () => (lastInput = 'key'), true);
  document.addEventListener('focusin', () => (focusedBy = lastInput), true);
}

export function targetOf(element: EventTarget | null): Target {
  if (!(element instanceof HTMLElement)) return 'other';
  if (element instanceof HTMLInputElement) {
    // After a click on a radio button, keys act on the screen; after reaching it by keyboard, they move within it.
    if (element.type === 'radio' || element.type === 'range') return focusedBy === 'key' ? 'choice' : 'other';
    return element.type === 'checkbox' || element.type === 'button' ? 'button' : 'text';
  }
  if (element.isContentEditable || /^(TEXTAREA|SELECT)$/.test(element.tagName)) return 'text';
  return element.closest('button, a, [role=button], [role=option], [role=menuitem]') === null ? 'other' : 'button';
}

/** Binds keys while a screen is shown. Single letters are off while typing; 'mod' shortcuts work everywhere. */
export function useKeys(keymap: Keymap): void {
  const latest = useRef(keymap);
  useLayoutEffect(() => {
    latest.current = keymap;
  });
  useEffect(() => {
    let before: Stroke = { name: '', at: -Infinity };
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || document.querySelector('[role=dialog], [role=alertdialog]') !== null) return;
      const now = { name: keyName(event), at: event.timeStamp };
      if (isOwnKey(targetOf(event.target), now.name)) return;
      const bound = boundName(latest.current, before, now);
      before = now;
      if (bound === null) return;
      event.preventDefault();
      if (!event.repeat || mayRepeat(now.name)) latest.current[bound]!(event);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
