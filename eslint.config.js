import path from 'node:path';
import tseslint from 'typescript-eslint';

/**
 * The house rule: imports go down only.
 * Each room names the rooms it may import from; its own files are always allowed.
 */
const rooms = {
  'src/shared': [],
  'src/main/pipeline/storage': ['src/shared'],
  'src/main/pipeline/graph': ['src/shared'],
  'src/main/pipeline/models': [
    'src/shared',
    'src/main/pipeline/graph',
    'src/main/pipeline/storage',
    'src/main/pipeline/tflite', // to read weights out of a .tflite
  ],
  'src/main/pipeline/losses': ['src/shared'],
  'src/main/pipeline/engine': ['src/shared', 'src/main/pipeline/graph', 'src/main/pipeline/losses'],
  'src/main/pipeline/data': ['src/shared', 'src/main/pipeline/storage'],
  'src/main/pipeline/eval': ['src/shared', 'src/main/pipeline/storage'],
  'src/main/pipeline/quant': ['src/shared', 'src/main/pipeline/graph', 'src/main/pipeline/engine'],
  'src/main/pipeline/report': ['src/shared', 'src/main/pipeline/eval'],
  'src/main/pipeline/tflite': ['src/shared', 'src/main/pipeline/quant'],
  'src/main/pipeline/export': [
    'src/shared',
    'src/main/pipeline/quant', // the outputs that each kernel family is expected to give
    'src/main/pipeline/tflite',
    'src/main/pipeline/data',
    'src/main/pipeline/eval',
    'src/main/pipeline/report', // `verify` writes its figures again
    'src/main/pipeline/storage',
  ],
  'src/main/pipeline/train': [
    'src/shared',
    'src/main/pipeline/graph',
    'src/main/pipeline/models',
    'src/main/pipeline/engine',
    'src/main/pipeline/losses',
    'src/main/pipeline/data',
    'src/main/pipeline/eval',
    'src/main/pipeline/storage',
  ],
  'src/main/pipeline/artifacts': [
    'src/shared',
    'src/main/pipeline/data',
    'src/main/pipeline/eval',
    'src/main/pipeline/report',
    'src/main/pipeline/stages', // for the context of a run
    'src/main/pipeline/storage',
    'src/main/pipeline/train',
  ],
  // The stages string the other rooms together; they know nothing of the tasks beside them.
  'src/main/pipeline/stages': [
    'src/shared',
    ...['artifacts', 'data', 'engine', 'eval', 'export', 'graph', 'losses', 'models', 'quant', 'report', 'storage'].map(
      (room) => `src/main/pipeline/${room}`,
    ),
    'src/main/pipeline/tflite',
    'src/main/pipeline/train',
  ],
  'src/main/pipeline': ['src/shared'],
  'src/main/jobs': ['src/shared', 'src/main/pipeline'],
  'src/main/studio': ['src/shared', 'src/main/jobs', 'src/main/pipeline'],
  'src/main/doors': ['src/shared', 'src/main/studio', 'src/main/jobs', 'src/main/pipeline'],
  'src/main': ['src/shared', 'src/main/doors'],
  'src/preload': ['src/shared'],
  'src/renderer': ['src/shared'],
};

const inside = (file, room) => file.startsWith(`${room}/`);
const roomOf = (file) =>
  Object.keys(rooms)
    .filter((room) => inside(file, room))
    .sort((a, b) => b.length - a.length)[0];

const importsGoDown = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { up: '{{from}} may not import from {{to}}: imports go down only (see the rooms in eslint.config.js).' },
  },
  create(context) {
    const from = path
      .relative(import.meta.dirname, context.filename)
      .split(path.sep)
      .join('/');
    const room = roomOf(from);
    const check = (node) => {
      const source = node.source?.value;
      if (room === undefined || typeof source !== 'string' || !source.startsWith('.')) return;
      const to = path.posix.join(path.posix.dirname(from), source);
      if (!to.startsWith('src/') || [room, ...rooms[room]].some((allowed) => inside(to, allowed))) return;
      context.report({ node, messageId: 'up', data: { from: room, to } });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'out', 'reports', '.stryker-tmp'] },
  ...tseslint.configs.strict,
  {
    // Rules that need types: what a reader cannot see at a glance.
    files: ['src/**/*.ts', 'src/**/*.tsx', 'tests/**/*.ts', 'scripts/**/*.ts'],
    languageOptions: { parserOptions: { project: ['./tsconfig.json', './tsconfig.renderer.json'] } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/restrict-plus-operands': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unnecessary-boolean-literal-compare': 'error',
      '@typescript-eslint/no-unnecessary-template-expression': 'error',
      '@typescript-eslint/no-unnecessary-type-arguments': 'error',
      '@typescript-eslint/no-unnecessary-type-conversion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.mjs', '**/*.js'],
    plugins: { house: { rules: { 'imports-go-down': importsGoDown } } },
    rules: {
      'house/imports-go-down': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'max-lines': ['error', { max: 410, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
    },
  },
  {
    files: ['src/shared/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['node:*', 'electron', 'react'] }] },
  },
  {
    files: ['src/main/pipeline/**', 'src/main/jobs/**', 'src/main/studio/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: ['electron', 'react'],
          paths: [
            { name: 'sharp', allowTypeImports: true, message: 'Use imageLibrary.ts: it opens only known formats.' },
          ],
        },
      ],
    },
  },
  { files: ['src/main/pipeline/data/imageLibrary.ts'], rules: { '@typescript-eslint/no-restricted-imports': 'off' } },
  {
    // These two write only texts of their own.
    files: ['src/main/doors/cli/**'],
    ignores: ['src/main/doors/cli/output.ts', 'src/main/doors/cli/jobs.ts', 'src/main/doors/cli/commands/serve.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "MemberExpression[object.object.name='process'][object.property.name=/^std(out|err)$/][property.name='write']",
          message: 'Use output.ts: it shows control characters as escapes.',
        },
      ],
    },
  },
  {
    // Text is in the catalogs (src/shared/locales); names of keys, files, languages and units are not text.
    // Styles that are known in advance are in the css files: an inline one overrides every rule there.
    files: ['src/renderer/**/*.tsx'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...['JSXText', 'JSXAttribute[name.name=/^(title|aria-label|label|alt)$/] > Literal'].map((node) => ({
          selector: `${node}[value=/(?<![\\p{L}])(?!(?:[A-Z]{2,4}|mAP|ms|val|txt|destila|yaml|Esc|Ctrl|Enter|Destila|Studio|English|Español)(?![\\p{L}]))[\\p{L}]{2,}/u]`,
          message: 'Put the text into src/shared/locales/ and show it with t().',
        })),
        {
          selector:
            "JSXAttribute[name.name='style'] Property > :matches(Literal, UnaryExpression[argument.type='Literal'], TemplateLiteral[expressions.length=0]).value",
          message:
            'Put the value into a class in the css file of the screen; inline only what is computed at run time.',
        },
      ],
    },
  },
  // A catalog is data: one entry per text.
  { files: ['src/shared/locales/*.ts'], rules: { 'max-lines': 'off' } },
  {
    files: ['scripts/**', 'bin/**', 'docker/**', 'tests/**', 'resources/check/**', '**/*.test.ts'],
    // A table of cases is read by the row: its length is no burden.
    rules: {
      'no-console': 'off',
      'house/imports-go-down': 'off',
      'max-lines': 'off',
      '@typescript-eslint/no-restricted-imports': 'off',
    },
  },
);
