// Lint: mistakes that types cannot see, the order of the modules, and rules of this project (scripts/lint-rules.ts).
import reactHooks from 'eslint-plugin-react-hooks';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';
import boundaries from 'eslint-plugin-boundaries';
import { elements, files, policies, rules } from './scripts/lint-rules.ts';

const code = ['**/*.ts', '**/*.tsx'];
const forbidden = (entries) => ['error', ...entries.map(([selector, message]) => ({ selector, message }))];

const noBareClasses = [
  'ClassDeclaration:not([superClass])',
  'Functions rather than classes; a class is for an error that carries data, or where a library asks for one.',
];
const noUnboundedBody = [
  'CallExpression[callee.object.name="request"][callee.property.name=/^(formData|text|json|blob|bytes|arrayBuffer)$/]',
  'A body is read by readBody (app/lib/http.server.ts), which knows where to stop.',
];
const noDefaultExports = [
  'ExportDefaultDeclaration',
  'Exports have names, so that a thing is called the same wherever it is used.',
];

// Options that hold for app/ too, where a stricter preset would put its own in their place.
const noMisusedPromises = ['error', { checksVoidReturn: { attributes: false } }];
const noUnusedVars = ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }];

export default tseslint.config(
  {
    ignores: [
      'build/**',
      '.data/**',
      'coverage/**',
      'extensions/**',
      'node_modules/**',
      '**/*.js',
      '**/*.mjs',
      '**/*.d.mts',
    ],
  },
  {
    files: code,
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { project: { rules }, boundaries },
    settings: {
      'boundaries/elements': elements,
      'boundaries/files': files,
      'boundaries/root-path': import.meta.dirname,
    },
    rules: {
      ...Object.fromEntries(Object.keys(rules).map((name) => [`project/${name}`, 'error'])),
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          message:
            '{{from.path}} imports {{dependency.source}}: imports go one way (scripts/lint-rules.ts). What needs both is composed in worker.ts or a route.',
          policies,
        },
      ],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': noMisusedPromises,
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/no-unused-vars': noUnusedVars,
      '@typescript-eslint/no-for-in-array': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-constant-condition': ['error', { checkLoops: false }],
      'no-restricted-globals': [
        'error',
        { name: 'name', message: 'This is the window’s name, and nobody meant it.' },
      ],
      'no-duplicate-imports': ['error', { allowSeparateTypeImports: true }],
      'prefer-const': 'error',
    },
  },
  {
    files: ['app/**/*.ts', 'app/**/*.tsx', 'simulators/**/*.ts'],
    rules: {
      'no-restricted-syntax': forbidden([noBareClasses, noDefaultExports]),
      'max-lines': ['error', { max: 350, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['app/**/*.ts', 'app/**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { regexp },
    rules: {
      '@typescript-eslint/no-misused-promises': noMisusedPromises,
      // Remix: a route throws its Response.
      '@typescript-eslint/only-throw-error': [
        'error',
        {
          allow: [
            { from: 'lib', name: 'Response' },
            { from: 'package', package: '@remix-run/server-runtime', name: 'TypedResponse' },
          ],
        },
      ],
      '@typescript-eslint/no-unused-vars': noUnusedVars,
      'boundaries/no-unknown-files': 'error',
      'no-console': 'error',
      // Strangers choose what most of these read: the time must grow with the text, not with its square.
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  {
    files: ['app/**/*.tsx', 'app/components/*.ts', 'app/routes/**/*.ts', 'app/i18n/*.tsx'],
    plugins: { 'react-hooks': reactHooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    // A catalog is one list, however long.
    files: ['app/i18n/admin/*.ts', 'app/i18n/shopper/*.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    // Remix asks for these default exports.
    files: ['app/routes/**/*', 'app/root.tsx', 'app/entry.*.tsx'],
    rules: { 'no-restricted-syntax': forbidden([noBareClasses, noUnboundedBody]) },
  },
  {
    files: ['tests/**/*.ts', 'tests/**/*.tsx'],
    ignores: ['tests/harness/wait-for.ts'],
    rules: {
      // What a simulator sends is read as loosely as whoever gets it would.
      '@typescript-eslint/no-explicit-any': 'off',
      'no-restricted-syntax': forbidden([
        [
          'MemberExpression[object.name="vi"][property.name=/^(mock|doMock|hoisted|stubGlobal)$/]',
          'Our own code is never replaced in a test: what is outside has a simulator in simulators/.',
        ],
        [
          'MemberExpression[object.name=/^(test|it|describe|suite)$/][property.name=/^(only|skip|skipIf|runIf|todo|fails)$/]',
          'Every test runs, always.',
        ],
        [
          'NewExpression[callee.name="Promise"] CallExpression[callee.name="setTimeout"]',
          'A test waits for a condition (tests/harness/wait-for.ts), never for a time.',
        ],
        [
          'ImportDeclaration[source.value="node:timers/promises"] ImportSpecifier[imported.name="setTimeout"]',
          'A test waits for a condition (tests/harness/wait-for.ts), never for a time.',
        ],
      ]),
    },
  },
);
