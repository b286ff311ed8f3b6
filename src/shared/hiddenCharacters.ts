/**
 * Characters that are invisible or that change how the text around them is shown: control characters, which a terminal
 * interprets, bidirectional marks, which disguise text, zero-width characters, fillers and tags. Legitimate uses are
 * excluded: joiners after a letter of a caseless script, a mark or an emoji, variation selectors after a symbol or
 * digit, and tags after a black flag.
 */
const hidden = new RegExp(
  [
    String.raw`[\0-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]`,
    String.raw`(?<![\p{Lo}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d]`,
    String.raw`(?<![\p{Extended_Pictographic}\p{S}\p{Lo}0-9#*])[\ufe00-\ufe0f]`,
    String.raw`(?<!\u{1f3f4}[\u{e0020}-\u{e007f}]*)[\u{e0000}-\u{e007f}]`,
    String.raw`[\u{e0100}-\u{e01ef}]`,
    String.raw`[\ud800-\udfff]`,
  ].join('|'),
  'gu',
);

export const hasHiddenCharacters = (text: string): boolean => text.search(hidden) >= 0;

export const withoutHiddenCharacters = (text: string): string => text.replace(hidden, '');

/**
 * Two labels look alike when this is equal for both: without hidden characters, case, spaces, dashes and underscores,
 * in Unicode's compatibility form.
 */
export const looseLabel = (label: string): string =>
  withoutHiddenCharacters(label)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]+/g, '');

/** Escapes each UTF-16 unit, as JSON and JavaScript do. */
const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('');

/** Replaces each hidden character by its escape, such as \u200b. JSON text keeps its meaning. */
export const visible = (text: string): string => text.replace(hidden, escaped);

/** The same for text of several lines, whose line feeds and tabs are kept. */
export const visibleLines = (text: string): string =>
  text.replace(hidden, (character) => (character === '\n' || character === '\t' ? character : escaped(character)));
