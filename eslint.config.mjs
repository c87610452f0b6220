import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Time and randomness are injected; these two files are where they come from. */
const sourcesOfTimeAndChance = ['src/mfa/contract/clock.ts', 'src/mfa/contract/random.ts'];

/** Like `max-params`, but for constructors, whose parameters are what Nest injects. */
const manyParameters = {
  selector:
    ":matches(FunctionDeclaration, ArrowFunctionExpression, MethodDefinition[kind!='constructor'] > FunctionExpression)[params.length>4]",
  message: 'Take one object in the place of more than four parameters.',
};

const ambientTimeAndChance = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Take the time from the injected Clock.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Take the time from the injected Clock.',
  },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Take randomness from the injected RandomSource.',
  },
  {
    selector: 'CallExpression[callee.name=/^random(Bytes|Int|UUID|FillSync)$/]',
    message: 'Take randomness from the injected RandomSource.',
  },
];

const bareNormalize = [
  {
    selector: "CallExpression[callee.property.name='normalize']",
    message: 'Take `normalizeText`: it bounds a text before it is normalised.',
  },
];

export default tseslint.config(
  { ignores: ['**/dist', 'coverage', '**/node_modules', '.data'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/**/*.spec.ts'],
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 50 }],
      'max-depth': ['error', 3],
      'no-restricted-syntax': ['error', manyParameters, ...bareNormalize],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [...sourcesOfTimeAndChance, 'src/**/*.spec.ts'],
    rules: {
      'no-restricted-syntax': ['error', manyParameters, ...ambientTimeAndChance, ...bareNormalize],
    },
  },
  {
    // The one place that does, once it has bounded the text.
    files: ['src/mfa/contract/normalize-text.ts'],
    rules: { 'no-restricted-syntax': ['error', manyParameters, ...ambientTimeAndChance] },
  },
  {
    files: ['test/**/*.ts', '**/*.spec.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
    },
  },
  {
    // Its packages are not installed here: its own compiler judges its types.
    files: ['examples/**/*.ts', 'scripts/openapi-clients/*.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      parserOptions: { experimentalDecorators: true, emitDecoratorMetadata: true },
    },
  },
  {
    // Runs in browsers.
    files: ['src/server/pages/*.js'],
    languageOptions: {
      globals: {
        document: 'readonly',
        fetch: 'readonly',
        FormData: 'readonly',
        history: 'readonly',
        location: 'readonly',
      },
    },
  },
  {
    files: ['**/*.{mjs,cjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        globalThis: 'readonly',
      },
    },
  },
);
