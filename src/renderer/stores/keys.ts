import { useEffect, useRef } from 'react';

/** 'mod+k', 'shift+l', 'j', 'Enter', 'g d'. mod is Ctrl, or Cmd on a Mac. */
export type Keymap = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
  !(target instanceof HTMLInputElement && /^(checkbox|radio|range|button)$/.test(target.type));

export function keyName(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const shifted = event.shiftKey && (event.key.length > 1 || /[a-z0-9]/.test(key)) ? 'shift+' : '';
  return `${event.ctrlKey || event.metaKey ? 'mod+' : ''}${event.altKey ? 'alt+' : ''}${shifted}${key === ' ' ? 'Space' : key}`;
}

/** While typing these belong to the text. */
const ofTexts = new Set(['mod+z', 'mod+shift+z', 'mod+y', 'mod+a', 'mod+c', 'mod+v', 'mod+x']);

const CHORD_MS = 1200;

/** Keys of a screen while it is shown. Single letters are off while typing; what has 'mod' works everywhere. */
export function useKeys(keymap: Keymap): void {
  const latest = useRef(keymap);
  useEffect(() => {
    latest.current = keymap;
  });
  useEffect(() => {
    let first = '';
    let at = 0;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || document.querySelector('[role=dialog], [role=alertdialog]') !== null) return;
      const name = keyName(event);
      if (typing(event.target) && (ofTexts.has(name) || (!name.startsWith('mod+') && name !== 'Escape'))) return;
      const chord = event.timeStamp - at < CHORD_MS ? `${first} ${name}` : '';
      const action = latest.current[chord] ?? latest.current[name];
      [first, at] = [name, event.timeStamp];
      if (action === undefined) return;
      // A button that has the focus takes Enter and Space itself.
      if (
        (name === 'Enter' || name === 'Space') &&
        event.target instanceof HTMLElement &&
        event.target.closest('button, a, [role=button], [role=option], [role=menuitem]') !== null
      )
        return;
      event.preventDefault();
      action(event);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
