type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

export function keyName(event: Pressed): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const shifted = event.shiftKey && (event.key.length > 1 || /[a-z0-9]/.test(key)) ? 'shift+' : '';
  const mod = event.ctrlKey || event.metaKey ? 'mod+' : '';
  const alt = event.altKey ? 'alt+' : '';
  return `${mod}${alt}${shifted}${key === ' ' ? 'Space' : key}`;
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

export interface Stroke {
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
