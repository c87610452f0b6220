#!/usr/bin/env bash
#
# OpenAPI validators accept an operation that asks for a security scheme that nobody declares.
#
# OpenAPI 3.0 (§4.7.30): each name in a security requirement MUST be declared under
# components.securitySchemes. swagger-parser, Redocly (with its rules for the specification itself) and
# the schema validator of seriousme find nothing; Spectral finds it, and calls it a warning. A document
# that is "valid" may so describe an operation that no generated client can sign in to.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @apidevtools/swagger-parser@13.1.0 @redocly/openapi-core@2.64.0 @seriousme/openapi-schema-validator@2.11.0 @stoplight/spectral-core@1.24.1 @stoplight/spectral-rulesets@1.23.1

cat >look.mjs <<'JS'
import SwaggerParser from '@apidevtools/swagger-parser';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Validator } from '@seriousme/openapi-schema-validator';
import spectral from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';

const operation = { security: [{ undeclared: [] }], responses: { 200: { description: 'Done.' } } };
const document = {
  openapi: '3.0.3',
  info: { title: 'Example', version: '1' },
  paths: { '/thing': { get: operation } },
};
const source = JSON.stringify(document);

const seen = {};
seen.swaggerParser = await SwaggerParser.validate(JSON.parse(source)).then(
  () => 0,
  () => 1,
);
const problems = await lintFromString({ source, config: await createConfig({ extends: ['spec'] }) });
const about = ({ message, severity }) => /undeclared/.test(message) && severity === 'error';
seen.redoclySpec = problems.filter(about).length;
const linter = new spectral.Spectral();
linter.setRuleset({ extends: [[rulesets.oas, 'recommended']] });
const results = await linter.run(source);
// 0 is an error, 1 a warning.
seen.spectral = results.filter(({ message }) => /undeclared/.test(message)).map((it) => it.severity);
const { valid } = await new Validator().validate(JSON.parse(source));
seen.seriousme = valid ? 0 : 1;
console.log(JSON.stringify(seen));
JS

seen=$(node look.mjs)
echo "Errors found: $seen"
expected='{"swaggerParser":0,"redoclySpec":0,"spectral":[1],"seriousme":0}'
[[ $seen == "$expected" ]] || { echo "It has changed; it was $expected"; exit 1; }
