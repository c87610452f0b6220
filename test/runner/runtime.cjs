const asyncHooks = require('node:async_hooks');
const { register } = require('node:module');
const { pathToFileURL } = require('node:url');
const { default: JestRuntime } = require('jest-runtime');

/** The module of `jest-circus` that holds the tests of one file: new for each. */
const KEEPS_TESTS = /jestAdapterInit/;

/** The asynchronous contexts of the last test file. */
const lastContexts = [];
let areHooksRegistered = false;
let imports = 0;

/**
 * Jest's runtime with the module loader of Node in the place of Jest's own. What a test file has
 * imported is not loaded again for the next one of the same worker. Modules cannot be mocked: what a
 * test replaces is a provider, or a method by `jest.spyOn`.
 */
class NativeRuntime extends JestRuntime {
  constructor(config, environment, resolver, transformer, cacheFS, coverage, ...others) {
    super(config, environment, resolver, transformer, cacheFS, coverage, ...others);
    globalThis[Symbol.for('jest object')] = makeJestObject(environment);
    if (areHooksRegistered) return;
    areHooksRegistered = true;
    register(pathToFileURL(require.resolve('./hooks.mjs')), { data: { config, coverage } });
    process.setSourceMapsEnabled(true);
  }

  requireInternalModule(path) {
    return KEEPS_TESTS.test(path) ? requireAnew(path) : require(path);
  }

  requireModule(path) {
    return require(path);
  }

  setGlobalsForRuntime() {}

  /** From Node 22.3 on Jest replaces `process.getBuiltinModule`; here the process is the real one. */
  installGetBuiltinModule() {}

  unstable_shouldLoadAsEsm() {
    return true;
  }

  unstable_importModule(path) {
    // Jest maps the stacks of what its own loader has loaded; Node maps all of them.
    Error.prepareStackTrace = undefined;
    // In watch mode one worker loads a file again.
    return import(`${pathToFileURL(path).href}?${++imports}`);
  }
}

/**
 * Loads a module that makes asynchronous contexts, and ends those that it made the last time: each one
 * that is left costs something at every promise.
 */
function requireAnew(path) {
  for (const context of lastContexts.splice(0)) context.disable();
  delete require.cache[path];
  const { AsyncLocalStorage } = asyncHooks;
  asyncHooks.AsyncLocalStorage = class extends AsyncLocalStorage {
    constructor(...options) {
      super(...options);
      lastContexts.push(this);
    }
  };
  try {
    return require(path);
  } finally {
    asyncHooks.AsyncLocalStorage = AsyncLocalStorage;
  }
}

/** The part of `jest` that our tests use. */
function makeJestObject({ moduleMocker, fakeTimersModern }) {
  const jest = {
    fn: moduleMocker.fn.bind(moduleMocker),
    spyOn: moduleMocker.spyOn.bind(moduleMocker),
    restoreAllMocks: () => moduleMocker.restoreAllMocks(),
    useFakeTimers: (options) => (fakeTimersModern.useFakeTimers(options), jest),
    useRealTimers: () => (fakeTimersModern.useRealTimers(), jest),
    advanceTimersByTime: (ms) => fakeTimersModern.advanceTimersByTime(ms),
    advanceTimersByTimeAsync: (ms) => fakeTimersModern.advanceTimersByTimeAsync(ms),
    getTimerCount: () => fakeTimersModern.getTimerCount(),
    setTimeout: (ms) => ((globalThis[Symbol.for('TEST_TIMEOUT_SYMBOL')] = ms), jest),
  };
  return jest;
}

module.exports = { default: NativeRuntime, __esModule: true };
