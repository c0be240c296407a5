import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';

const NO_WEAK_ANY = {
  object: 'AbortSignal',
  property: 'any',
  message:
    'Nothing holds the derived signal on Node 20, so its abort is lost: use underDeadline or linkTo of concurrency/deadline.',
};
const NO_LONE_TIMEOUT = {
  object: 'AbortSignal',
  property: 'timeout',
  message: 'Bound the call with underDeadline of concurrency/deadline: it also ends the wait for work that ignores its signal.',
};

const NO_ENUM_NO_LONE_ERROR_LISTENER = [
  { selector: 'TSEnumDeclaration', message: 'Use a const array and a union type.' },
  {
    selector: "CallExpression[callee.property.name='once'][arguments.0.value='error']",
    message: "Use on('error', …): a second error without a listener ends the process.",
  },
];
/** A parameter, field or result of the whole record; `Pick<ConductorDeps, …>` is the way to name what is used. */
const NO_WHOLE_CONDUCTOR_DEPS = {
  selector: ":not(TSTypeParameterInstantiation) > TSTypeReference[typeName.name='ConductorDeps']",
  message:
    'Name the fields that are used: type …Deps = Pick<ConductorDeps, …>, composed from those of the functions that it calls.',
};

// Only rules that find bugs; layout is the formatter's, import zones are dependency-cruiser's.
export default tseslint.config(
  { ignores: ['**/dist/**', '**/generated/**', '**/node_modules/**', '**/*.cjs', '.cache/**', 'coverage/**'] },
  {
    files: ['packages/*/src/**/*.ts', 'openapi/src/**/*.ts', 'openapi/scripts/**/*.ts', 'test/**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: ['./tsconfig.eslint.json'], tsconfigRootDir: fileURLToPath(new URL('.', import.meta.url)) },
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      'no-restricted-syntax': ['error', ...NO_ENUM_NO_LONE_ERROR_LISTENER],
      'no-restricted-properties': ['error', NO_WEAK_ANY],
      eqeqeq: 'error',
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 80 }],
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: ['**/*.test.ts', 'packages/core/src/testing/**'],
    rules: { 'no-restricted-properties': ['error', NO_WEAK_ANY, NO_LONE_TIMEOUT] },
  },
  {
    // A signature shows what the code can touch; the whole record is for the conductor's composer alone.
    files: ['packages/core/src/conductor/**/*.ts'],
    ignores: ['packages/core/src/conductor/conductor.ts'],
    rules: { 'no-restricted-syntax': ['error', ...NO_ENUM_NO_LONE_ERROR_LISTENER, NO_WHOLE_CONDUCTOR_DEPS] },
  },
  {
    // The same limits as for the rest; types are checked by tsconfig.scripts.json.
    files: ['scripts/**/*.mjs', 'packages/*/bin/**/*.js'],
    rules: {
      'no-restricted-properties': ['error', NO_WEAK_ANY],
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'prefer-const': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 350 }],
      'max-lines-per-function': ['error', { max: 80 }],
      'max-params': ['error', { max: 3 }],
    },
  },
  {
    files: ['**/*.test.ts', 'test/**/*.ts', 'packages/core/src/testing/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', 'max-lines': ['error', { max: 600 }] },
  },
);
