const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

const TIMEOUT = Symbol.for('TEST_TIMEOUT_SYMBOL');
/** What a server listens to that was not stopped: else it would end the worker. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP'];

/**
 * Runs test files in the worker's own realm: Nest, TypeORM and our sources are loaded once for all of
 * them. What a file changes of the process is put back when it ends.
 */
module.exports = class NativeEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;
  fakeTimersModern;
  #environment = { ...process.env };
  #exit = process.exit;
  #folder = process.cwd();

  constructor({ projectConfig }) {
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
  }

  async setup() {}

  async teardown() {
    this.fakeTimersModern.dispose();
    this.moduleMocker.restoreAllMocks();
    for (const name of Object.keys(process.env)) {
      if (!(name in this.#environment)) delete process.env[name];
    }
    Object.assign(process.env, this.#environment);
    process.exit = this.#exit;
    process.chdir(this.#folder);
    for (const signal of SIGNALS) process.removeAllListeners(signal);
    delete globalThis[TIMEOUT];
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  /** There is none: nothing of Jest runs code in a context of its own here. */
  getVmContext() {
    return null;
  }
};
