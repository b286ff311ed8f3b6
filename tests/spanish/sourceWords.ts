import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/** A text in the sources that people may read: every form that it can take, with numbers from 101 on where it has holes. */
export interface SourceText {
  readonly place: string;
  readonly forms: readonly string[];
  /** Those that people read for sure: sentences, and messages whatever they look like. */ readonly words: readonly string[];
}

/** Whole files whose texts are no messages of the services: who reads them, in which language. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/\.test\.ts$/, 'tests'],
  [/^src\/main\/doors\/cli\//, 'the command line speaks English'],
  [/^src\/main\/pipeline\/report\//, 'reports are written in both languages; the model card is English'],
  [
    /^src\/main\/pipeline\/export\/bundle\/(inferenceConfig|parityFiles|sampleCode|thresholdRecommendation)\.ts$/,
    'files for developers, English',
  ],
  [/^src\/main\/pipeline\/tflite\/metadata\.ts$/, 'inside the model file, English'],
  [
    /^src\/main\/studio\/engines\/(install\w*|program|room|tensorFlowPackages)\.ts$/,
    'engines are installed by the command line',
  ],
  [/^src\/main\/studio\/exporting\/snippets\.ts$/, 'program code'],
  [/^src\/main\/pipeline\/data\/sample\/(background|scene|shapes)\.ts$/, 'SVG'],
  [/^src\/shared\/(spanish|locales)\//, 'the tables and catalogs themselves'],
];

/** Single texts that no screen shows. */
const UNSEEN: readonly RegExp[] = [
  /^# 101 pictures of the sample project/,
  /^planted error$/,
  /^A sample project of Destila Studio/,
  /^train\.txt, val\.txt and test\.txt list the pictures/,
  /^Some training pictures have wrong labels/, // files of the sample
  /^destila (job|engine install \w+)$/,
  /^sudo apt-get install libvulkan1$/, // commands
  /^--why=/,
  /^Last lines of the log/,
  /Last lines of the log:/,
  /^version https:\/\/git-lfs/,
  /^Destila Studio$/,
  /^Application Support$/,
  / px, \d+ labels, int8\. Trained with Destila Studio\.$/, // inside the model file
  /^(Nothing here|No such picture|Something went wrong|This address is not the studio's|Only the studio's own pages may ask)\.$/,
  /^Open the address that the studio printed in its window/, // answers to other programs
  /^(set by data\.separator|no line has labels|\d+ of \d+ lines )/,
  /; \d+ between labels$/, // `destila check` alone
  /: still here/,
  /^system volume information$/,
  /^img-src /,
  /^sandbox; /,
  /^batch statistics$/,
  /^(uint8|int8) to u?int8$/,
  /^(NVIDIA|unknown) driver( \d+)?$/,
  / card \d+$/, // no words for people, or names of things
  /^the \d+ split is not what was written$/,
  /^label '\d+' is not in labels\.txt$/,
  /^\d+ is outside the project folder$/,
  /^\d+: missing, expected \d+$/, // technical details
];

type Names = ReadonlyMap<string, ts.Expression>;
const unwrapped = (node: ts.Expression): ts.Expression =>
  ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node)
    ? unwrapped(node.expression)
    : node;
const isText = (node: ts.Node): node is ts.Expression =>
  ts.isStringLiteral(node) ||
  ts.isNoSubstitutionTemplateLiteral(node) ||
  ts.isTemplateExpression(node) ||
  (ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
    (isText(node.left) || isText(node.right)));

/** The forms of a text: both sides of each question in it; what is computed becomes a number, so that English in it would be seen. */
function formsOf(expression: ts.Expression, names: Names, hole: () => string): string[] {
  const node = unwrapped(expression);
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [node.text];
  if (ts.isTemplateExpression(node)) {
    return node.templateSpans.reduce<string[]>(
      (forms, span) =>
        forms.flatMap((form) => formsOf(span.expression, names, hole).map((part) => form + part + span.literal.text)),
      [node.head.text],
    );
  }
  if (ts.isConditionalExpression(node))
    return [...formsOf(node.whenTrue, names, hole), ...formsOf(node.whenFalse, names, hole)];
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    if (kind === ts.SyntaxKind.PlusToken && isText(node))
      return formsOf(node.left, names, hole).flatMap((left) =>
        formsOf(node.right, names, hole).map((right) => left + right),
      );
    if (kind === ts.SyntaxKind.QuestionQuestionToken) return [hole(), ...formsOf(node.right, names, hole)];
  }
  const named = ts.isIdentifier(node) && !isParameter(node) ? names.get(node.text) : undefined;
  if (named !== undefined)
    return formsOf(named, new Map([...names].filter(([name]) => name !== (node as ts.Identifier).text)), hole);
  return [hole()];
}

/** Whether a name is a parameter of a function around it: then the constant of that name is another. */
function isParameter(name: ts.Identifier): boolean {
  for (let at: ts.Node = name; at.parent !== undefined; at = at.parent) {
    if (ts.isFunctionLike(at) && at.parameters.some(({ name: own }) => own.getText().split(/\W+/).includes(name.text)))
      return true;
  }
  return false;
}

/** Constants of a file that are texts, by name. A name that stands for two of them stands for none. */
function constantsOf(file: ts.SourceFile): Names {
  const found = new Map<string, ts.Expression | null>();
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined) {
      const value = unwrapped(node.initializer);
      const isWords = ts.isConditionalExpression(value)
        ? [value.whenTrue, value.whenFalse].some((side) => isText(unwrapped(side)))
        : isText(value);
      found.set(node.name.text, found.has(node.name.text) || !isWords ? null : value);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return new Map([...found].flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])));
}

/** Names that stand in the holes of texts. */
function namesInTexts(file: ts.SourceFile): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isTemplateSpan(node) && ts.isIdentifier(node.expression) && !isParameter(node.expression))
      found.add(node.expression.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const called = (node: ts.Node): string =>
  ts.isCallExpression(node) || ts.isNewExpression(node)
    ? ts.isPropertyAccessExpression(node.expression)
      ? node.expression.name.text
      : node.expression.getText()
    : '';

/** Where a text is no message: faults of ours, descriptions of schemas, names of modules, pairs of both languages. */
function elsewhere(node: ts.Node): boolean {
  for (let at = node; at.parent !== undefined && !ts.isStatement(at.parent) && !ts.isFunctionLike(at); at = at.parent) {
    const { parent } = at;
    if (ts.isNewExpression(parent) && called(parent) === 'Error') return true;
    if (
      ts.isCallExpression(parent) &&
      ['describe', 'w', 'require', 'test', 'match', 'startsWith', 'endsWith', 'includes'].includes(called(parent)) &&
      parent.expression !== at
    )
      return true;
  }
  return (
    ts.isImportDeclaration(node.parent) ||
    ts.isExportDeclaration(node.parent) ||
    ts.isLiteralTypeNode(node.parent) ||
    (ts.isPropertyName(node as ts.Expression) && ts.isPropertyAssignment(node.parent) && node.parent.name === node)
  );
}

/** The message of a Problem or of plain problem data, whatever it looks like. */
function isMessage(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isNewExpression(parent)) return called(parent) === 'Problem' && parent.arguments?.[1] === node;
  return ts.isPropertyAssignment(parent) && parent.name.getText() === 'message' && parent.initializer === node;
}

/** Two words in a row, or a word and the end of a sentence. */
const readsAsWords = (text: string): boolean =>
  /[A-Za-z]{2,}[,;:]? [a-z]{1,}/.test(text) &&
  !/[<>{}=]|\\n.*\\n/.test(text.replace(/q >= k|key=value[^ ]*( .*)?/g, ''));

export function sourceTexts(folder: string, patterns: readonly string[]): SourceText[] {
  const texts: SourceText[] = [];
  for (const name of globSync([...patterns], { cwd: folder })
    .map((file) => file.replaceAll('\\', '/'))
    .sort()) {
    if (ELSEWHERE.some(([file]) => file.test(name))) continue;
    const file = ts.createSourceFile(name, readFileSync(`${folder}/${name}`, 'utf8'), ts.ScriptTarget.Latest, true);
    const names = constantsOf(file);
    const partsOfTexts = namesInTexts(file);
    const visit = (node: ts.Node): void => {
      if (ts.isVariableDeclaration(node) && partsOfTexts.has(node.name.getText()) && names.has(node.name.getText()))
        return; // looked at where it is used
      const message = isMessage(node);
      if ((message || isText(node)) && ts.isExpression(node) && !elsewhere(node)) {
        let holes = 100;
        const forms = formsOf(node, names, () => String(++holes))
          .map((form) => form.trim())
          .filter((form) => /[a-z]/i.test(form));
        const words = forms.filter(
          (form) => (message || readsAsWords(form)) && !UNSEEN.some((unseen) => unseen.test(form)),
        );
        texts.push({ place: `${name}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`, forms, words });
        if (isText(node)) return;
      }
      ts.forEachChild(node, visit);
    };
    ts.forEachChild(file, visit);
  }
  return texts;
}

/** Names under which words of the services come to a screen. */
const SERVICE_WORDS = new Set([
  'message',
  'detail',
  'advice',
  'description',
  'fix',
  'complaint',
  'yamlComplaint',
  'warning',
  'activity',
  'runName',
]);

/** Where a screen shows words of the services as they are: `{problem.message}` instead of `{said(problem.message)}`. */
export function shownAsTheyAre(folder: string): string[] {
  return globSync('src/renderer/**/*.tsx', { cwd: folder }).flatMap((name) => {
    const file = ts.createSourceFile(
      name,
      readFileSync(`${folder}/${name}`, 'utf8'),
      ts.ScriptTarget.Latest,
      true,
      ts.ScriptKind.TSX,
    );
    const found: string[] = [];
    const judge = (node: ts.Expression): void => {
      if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse].forEach(judge);
      if (ts.isBinaryExpression(node)) return judge(node.right);
      const named = ts.isPropertyAccessExpression(node) ? node.name.text : ts.isIdentifier(node) ? node.text : '';
      if (SERVICE_WORDS.has(named))
        found.push(`${name}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${node.getText()}`);
    };
    const visit = (node: ts.Node): void => {
      // An attribute counts where it is read: title, aria-label, alt.
      const read =
        ts.isJsxExpression(node) &&
        (!ts.isJsxAttribute(node.parent) || /^(title|alt|aria-label|because|says)$/.test(node.parent.name.getText()));
      if (read && node.expression !== undefined) judge(unwrapped(node.expression));
      if (ts.isTemplateSpan(node)) judge(unwrapped(node.expression));
      ts.forEachChild(node, visit);
    };
    ts.forEachChild(file, visit);
    return found;
  });
}
