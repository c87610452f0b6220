import { describe, it } from 'node:test';
import { expect } from 'expect';

// The contract of handlers is registered with these, whoever runs the tests.
Object.assign(globalThis, { describe, it, expect });
