/** What stands for `@jest/globals` where Node loads the tests. */
export const { expect } = globalThis;

/** Each test file has an object of its own: looked up when it is used. */
export const jest = new Proxy(
  {},
  { get: (_, name) => globalThis[Symbol.for('jest object')][name] },
);
