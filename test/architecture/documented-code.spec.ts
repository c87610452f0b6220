import { DocumentedCode } from '../support/documented-code.js';

const documented = new DocumentedCode();
afterAll(() => documented.remove());

describe('the TypeScript of the documents', () => {
  it('compiles', () => {
    expect(documented.files).toContain('sms.handler.ts');
    expect(documented.faults()).toEqual([]);
  }, 60_000);
});

// The documented specs register themselves here and run the documented handlers.
const specs = documented.files.filter((file) => file.endsWith('.spec.ts'));
if (specs.length === 0) throw new Error('The documents have no specs.');
for (const spec of specs) await documented.import(spec);
