import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { NewSessionResponse, RenewedAccessResponse } from '../sessions/login.responses.js';
import { FirstFactors } from '../sign-in/first-factors.js';
import { ServerConfig } from '../config/server-config.js';
import { completeUserDocument } from '../identity/user.response.js';
import { completeLoginDocument } from '../sign-in/login-document.js';
import {
  completeMfaDocument,
  completeOperations,
  HandlerRegistry,
  mfaModels,
} from '../../mfa/index.js';
import { DOCS_PATH } from './docs-path.js';

const TOKENS = { login: NewSessionResponse, stepUp: RenewedAccessResponse };

/** The sections of the page, in the order in which people need them. */
const TAGS = [
  ['Sign-in', 'From a password to tokens.'],
  ['Methods', 'The second factors of an account.'],
  ['Backup codes', 'Codes for when no method is at hand.'],
  ['Devices', 'Where a password alone signs in.'],
  ['Step-up', 'A fresh proof for what is sensitive.'],
  ['Sessions', 'Tokens, passwords, and what has happened to the account.'],
  ['Keys', 'What access tokens are verified with.'],
  ['Health', 'For operators of the server.'],
] as const;

/** Within a section, these come first, in this order. */
const FLOW_PATHS = ['registration', 'login', 'login/verify', 'mfa', 'mfa/confirm', 'user'].map(
  (path) => `/api/auth/${path}`,
);

const FLOW_SCRIPT_PATH = `${DOCS_PATH}/ui-flow.js`;

const DESCRIPTION = `Sign-in with a password and a second factor.

Try it, from top to bottom; tokens are carried from one request into the next by this page:

1. \`registration\`, then \`login\` with the same name and password. The page is now authorised.
2. \`POST mfa/\` with \`app\`: scan the QR code that appears above the answer, or type the secret into the app.
3. \`mfa/confirm\` with the code that the app shows. The account now has a second factor.
4. \`login\` again: the answer holds an ephemeral token, which is already in \`login/verify\`.
5. \`login/verify\` with the app's next code (a code works once), or with a backup code.
6. After 15 minutes a change of factors is \`fresh_proof_required\`: \`step-up\`, then \`step-up/verify\`.

Failures are \`application/problem+json\` [RFC 9457]; clients decide by their \`code\`.`;

const STYLE = `
  .swagger-ui .topbar { display: none }
  #qr-code { width: fit-content; margin: 0 auto 20px; padding: .75rem; background: #fff;
    border: 1px solid #3b4151; border-radius: .5rem; text-align: center; font: 14px sans-serif;
    color: #3b4151 }
  #qr-code img { display: block }
`;

/** Serves the OpenAPI document and Swagger UI, which guides a person through the whole flow. */
export function setUpSwagger(app: NestFastifyApplication): void {
  const document = once(() => createDocument(app));
  serveFlowScript(app);
  serveDocument(app, document);
  SwaggerModule.setup(DOCS_PATH, app, document, {
    raw: false,
    customSiteTitle: 'nestjs-mfa',
    customJs: FLOW_SCRIPT_PATH,
    customCss: STYLE,
    swaggerOptions: {
      persistAuthorization: false,
      tryItOutEnabled: true,
      displayRequestDuration: true,
      defaultModelsExpandDepth: 0,
      responseInterceptor: passToFlowScript,
    },
  });
}

/** The OpenAPI document of the whole server. */
export function createDocument(app: NestFastifyApplication): OpenAPIObject {
  const outline = new DocumentBuilder()
    .setTitle('nestjs-mfa')
    .setDescription(DESCRIPTION)
    .setVersion(readPackageVersion())
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .build();
  const registry = app.get(HandlerRegistry);
  const document = SwaggerModule.createDocument(
    app,
    { ...outline, tags: TAGS.map(([name, description]) => ({ name, description })) },
    { extraModels: mfaModels(registry, TOKENS) },
  );
  const { mfa, emailVerification } = app.get(ServerConfig);
  const remembersDevices = mfa.trustedDevices === 'on';
  completeMfaDocument(document, registry, TOKENS, remembersDevices);
  completeLoginDocument(document, app.get(FirstFactors, { strict: false }), remembersDevices);
  completeUserDocument(document, emailVerification !== 'off');
  completeOperations(document);
  return { ...document, paths: inOrderOfFlow(document.paths) };
}

function inOrderOfFlow(paths: OpenAPIObject['paths']): OpenAPIObject['paths'] {
  const rankOf = (path: string) => {
    const rank = FLOW_PATHS.indexOf(path);
    return rank === -1 ? FLOW_PATHS.length : rank;
  };
  const entries = Object.entries(paths).sort(([one], [other]) => rankOf(one) - rankOf(other));
  return Object.fromEntries(entries);
}

/** Nest copies the source of this function into the page, so it must not refer to this file. */
function passToFlowScript(response: object): object {
  const { uiFlow } = globalThis as unknown as { uiFlow: { follow(response: object): object } };
  return uiFlow.follow(response);
}

function serveFlowScript(app: NestFastifyApplication): void {
  const script = readFileSync(new URL('./ui-flow.js', import.meta.url), 'utf8');
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get(FLOW_SCRIPT_PATH, (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(script),
  );
}

/** Anybody may ask for it, so the bytes of each form are made only once. */
function serveDocument(app: NestFastifyApplication, document: () => OpenAPIObject): void {
  serveOnce(app, `${DOCS_PATH}-json`, 'application/json', async () => JSON.stringify(document()));
  serveOnce(app, `${DOCS_PATH}-yaml`, 'text/yaml', async () => {
    // Imported on demand: few ask for this form.
    const { stringify } = await import('yaml');
    return stringify(document(), { aliasDuplicateObjects: false });
  });
}

/** A client that sends the current entity tag gets no content [RFC 9110 §13.1.2]. */
function serveOnce(
  app: NestFastifyApplication,
  path: string,
  type: string,
  write: () => Promise<string>,
): void {
  const written = once(async () => {
    const bytes = Buffer.from(await write());
    return { bytes, tag: `"${createHash('sha256').update(bytes).digest('base64url')}"` };
  });
  app
    .getHttpAdapter()
    .getInstance()
    .get(path, async ({ headers }, reply) => {
      const { bytes, tag } = await written();
      reply.headers({ etag: tag, 'cache-control': 'no-cache' });
      if (headers['if-none-match'] === tag) return reply.code(304).send();
      return reply.type(`${type}; charset=utf-8`).send(bytes);
    });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

function readPackageVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  // This is our own file, which npm has already parsed.
  return (JSON.parse(text) as { version: string }).version;
}
