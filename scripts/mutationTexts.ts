/**
 * A Stryker plugin that leaves the text of an Error alone: it is for whoever reads a stack trace. Texts for people are
 * in the catalogs, which no area contains.
 */
interface Node {
  readonly type: string;
  readonly callee?: { readonly name?: string };
}

/** The part of Babel's NodePath that is looked at. */
interface Path {
  readonly node: Node;
  readonly parent: Node | null;
  readonly listKey?: string;
}

function shouldIgnore({ node, parent, listKey }: Path): string | undefined {
  if (node.type !== 'StringLiteral' && node.type !== 'TemplateLiteral') return undefined;
  const isErrorText = parent?.type === 'NewExpression' && listKey === 'arguments' && parent.callee?.name === 'Error';
  return isErrorText ? 'text of an internal error' : undefined;
}

export const strykerPlugins = [{ kind: 'Ignore', name: 'texts', value: { shouldIgnore } }];
