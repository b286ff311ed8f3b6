import { useEffect, useLayoutEffect, useRef } from 'react';
import type { Stroke, Target } from './keyNames.ts';
import { boundName, isOwnKey, keyName, mayRepeat } from './keyNames.ts';

/** 'mod+k', 'shift+l', 'j', 'Enter', 'g d'. mod is Ctrl, or Cmd on a Mac. */
export type Keymap = Readonly<Record<string, (event: KeyboardEvent) => void>>;

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
