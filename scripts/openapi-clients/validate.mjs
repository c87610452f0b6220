/**
 * Has one validator look at the document, and fails with what it finds:
 *
 *   node validate.mjs swagger-parser|redocly|spectral document.json
 */
import { readFileSync } from 'node:fs';

const [name = '', path = ''] = process.argv.slice(2);
const source = readFileSync(path, 'utf8');

const VALIDATORS = {
  async 'swagger-parser'() {
    const { default: SwaggerParser } = await import('@apidevtools/swagger-parser');
    await SwaggerParser.validate(JSON.parse(source));
    return [];
  },

  async redocly() {
    const { createConfig, lintFromString } = await import('@redocly/openapi-core');
    const config = await createConfig({
      extends: ['recommended-strict'],
      rules: {
        // The document's own server is meant where there is none [OpenAPI 3.0 §4.7.1].
        'no-empty-servers': 'off',
        // What is there for everybody, without a limit, has nothing to refuse.
        'operation-4xx-response': 'off',
      },
    });
    const problems = await lintFromString({ source, config });
    return problems.map(
      ({ ruleId, message, location: [at] }) => `${ruleId}: ${message} ${at?.pointer ?? ''}`,
    );
  },

  async spectral() {
    const { default: core } = await import('@stoplight/spectral-core');
    const { default: rulesets } = await import('@stoplight/spectral-rulesets');
    const linter = new core.Spectral();
    linter.setRuleset({
      extends: [[rulesets.oas, 'recommended']],
      rules: {
        // A summary says it, where there is no more to be said.
        'operation-description': 'off',
        // There is nobody to write to but those who run the server.
        'info-contact': 'off',
        'oas3-api-servers': 'off',
      },
    });
    const results = await linter.run(source);
    return results.map(({ code, message, path: at }) => `${code}: ${message} ${at.join('/')}`);
  },
};

const errors = await VALIDATORS[name]();
if (errors.length > 0) {
  console.error(errors.join('\n'));
  process.exitCode = 1;
}
