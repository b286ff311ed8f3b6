const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Texts, characters and comments of Kotlin and Swift, in the order in which they are tried. */
const NEXT = /\/\/.*|\/\*|"""|"|'(?:\\.|[^'\\\n])'|[()[\]{}]/g;

interface Open {
  readonly closes: string;
  readonly line: number;
}

/**
 * Finds the line of the first bracket, text or comment of Kotlin or Swift that does not close, or that closes nothing.
 * It knows no grammar, needs no parser, and sees a comment that swallows the end of a call. Null when there is none.
 */
export function openBracket(code: string): number | null {
  const open: Open[] = [];
  let at = 0;
  const lineOf = (position: number): number => code.slice(0, position).split('\n').length;
  while (at < code.length) {
    const inside = open.at(-1)?.closes;
    if (inside === '"' || inside === '"""') {
      at = insideText(code, at, inside, open, lineOf);
      continue;
    }
    NEXT.lastIndex = at;
    const found = NEXT.exec(code);
    if (found === null) break;
    const [token] = found;
    const line = lineOf(found.index);
    at = found.index + token.length;
    if (token === '/*') {
      const end = endOfComment(code, at);
      if (end === null) return line;
      at = end;
    } else if (token === '"' || token === '"""') open.push({ closes: token, line });
    else if (token in closing) open.push({ closes: closing[token]!, line });
    else if (/^[)\]}]$/.test(token) && open.pop()?.closes !== token) return line;
  }
  return open.at(-1)?.line ?? null;
}

/** Goes on to the end of a text or to the expression in it: `${` in Kotlin, `\\(` in Swift. */
function insideText(code: string, from: number, quote: string, open: Open[], lineOf: (at: number) => number): number {
  for (let at = from; at < code.length; at++) {
    const opened = { '${': '}', '\\(': ')' }[code.slice(at, at + 2)];
    if (opened !== undefined) {
      open.push({ closes: opened, line: lineOf(at) });
      return at + 2;
    }
    if (code[at] === '\\' && quote === '"') at++;
    else if (code.startsWith(quote, at)) {
      open.pop();
      return at + quote.length;
    }
  }
  return code.length;
}

/** Comments nest in both languages. */
function endOfComment(code: string, from: number): number | null {
  let depth = 1;
  for (const found of code.slice(from).matchAll(/\/\*|\*\//g)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return from + found.index + 2;
  }
  return null;
}
