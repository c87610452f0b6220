const { register } = require('node:module');
const { pathToFileURL } = require('node:url');
const { default: JestRuntime } = require('jest-runtime');

/** The object of `jest-circus` that holds the tests of one file. */
const KEEPS_TESTS = /jestAdapterInit/;

let areHooksRegistered = false;

/**
 * Jest's runtime with the module loader of Node in the place of Jest's own. A file that was imported
 * is not loaded again for the next test file of the same worker.
 */
class NativeRuntime extends JestRuntime {
  static #imports = 0;

  constructor(config, environment, resolver, transformer, cacheFS, coverage, testPath, globalConfig) {
    super(config, environment, resolver, transformer, cacheFS, coverage, testPath, globalConfig);
    globalThis[Symbol.for('jest object')] = makeJestObject(environment);
    if (areHooksRegistered) return;
    areHooksRegistered = true;
    register('./hooks.mjs', pathToFileURL(__filename), { data: { config, coverage } });
    process.setSourceMapsEnabled(true);
  }

  requireInternalModule(path) {
    if (KEEPS_TESTS.test(path)) delete require.cache[path];
    return require(path);
  }

  requireModule(path) {
    return require(path);
  }

  setGlobalsForRuntime() {}

  unstable_shouldLoadAsEsm() {
    return true;
  }

  unstable_importModule(path) {
    // Jest's own mapping of stacks knows its own loader alone.
    Error.prepareStackTrace = undefined;
    return import(`${pathToFileURL(path).href}?${++NativeRuntime.#imports}`);
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
