import { describe, it } from 'node:test';
import { expect } from 'expect';

// The contract of handlers registers its tests with these, under any test runner.
Object.assign(globalThis, { describe, it, expect });
