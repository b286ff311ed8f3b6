/**
 * A Stryker plugin that leaves texts for people alone: the words of an error, of a note and of a question. Tests match
 * what happened, where and to what, not the wording, so that words can be improved without touching a test.
 */
interface Node {
  readonly type: string;
  readonly callee?: { readonly name?: string };
  readonly key?: { readonly name?: string };
}

/** The part of Babel's NodePath that is looked at. */
interface Path {
  readonly node: Node;
  readonly parent: Node | null;
  readonly listKey?: string;
  readonly key: string | number | null;
}

const TEXTS: ReadonlySet<string | undefined> = new Set(['message', 'text', 'title', 'advice']);
const REASON = 'a text for people';

function shouldIgnore({ node, parent, listKey, key }: Path): string | undefined {
  if (node.type !== 'StringLiteral' && node.type !== 'TemplateLiteral') return undefined;
  if (parent?.type === 'ObjectProperty') return key === 'value' && TEXTS.has(parent.key?.name) ? REASON : undefined;
  if (parent?.type !== 'NewExpression' || listKey !== 'arguments') return undefined;
  const { name } = parent.callee ?? {};
  // The first argument of a Problem is its kind, on which programs decide.
  return name === 'Error' || (name === 'Problem' && key !== 0) ? REASON : undefined;
}

export const strykerPlugins = [{ kind: 'Ignore', name: 'texts', value: { shouldIgnore } }];
