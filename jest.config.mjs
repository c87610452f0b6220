/** One configuration for every ring; `npm run test:unit` and its siblings pick folders out of it. */
export default {
  testEnvironment: '<rootDir>/test/runner/environment.cjs',
  runtime: '<rootDir>/test/runner/runtime.cjs',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  // No test waits for time to pass; a machine may be busy.
  testTimeout: 30_000,
  maxWorkers: 3,
  // Native modules of a test file are not freed with it: a worker that has grown is replaced.
  workerIdleMemoryLimit: '1.5GB',
  // For `--findRelatedTests`: imports name the `.js` that a build makes.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  collectCoverageFrom: ['src/**/*.ts', '!src/**/*.spec.ts', '!src/main.ts', '!src/**/index.ts'],
  coverageThreshold: {
    './src/mfa/contract/': { branches: 100 },
    './src/mfa/core/': { branches: 100 },
    './src/mfa/kit/': { branches: 100 },
    './src/mfa/handlers/': { branches: 100 },
  },
};
