/*
 * Which file may import which. The rules hold for specs, which `npm run deps` checks by this file, and for
 * sources, which it checks by .dependency-cruiser.rooms.cjs: so it reads each file once.
 * test/architecture/import-rules.spec.ts plants a violation of each rule to see that it is noticed.
 */

const SPEC = '\\.spec\\.ts$';
const SOURCE = '^src/.*(?<!\\.spec)\\.ts$';

/** Where an import of these packages, or of their types, leads; a bare name is one not installed. */
const npm = (...packages) =>
  packages.flatMap((name) => [`^(node_modules/)?${name}(/|$)`, `^node_modules/@types/${name}/`]);

/** Packages that one place is responsible for: replacing one of them is then a change of that place. */
const owners = [
  {
    name: 'npm-otplib',
    packages: ['otplib', '@otplib/[^/]+'],
    owner: '^src/mfa/(handlers/app|testing)/',
    comment: 'TOTP is computed by the app handler alone.',
  },
  {
    name: 'npm-qrcode',
    packages: ['qrcode'],
    owner: '^src/mfa/handlers/app/',
    comment: 'QR codes are drawn at the set-up of an authenticator app alone.',
  },
  {
    name: 'npm-simplewebauthn',
    packages: ['@simplewebauthn/[^/]+'],
    owner: '^src/mfa/handlers/webauthn/',
    comment: 'WebAuthn ceremonies are judged by the webauthn handler alone.',
  },
  {
    name: 'npm-nodemailer',
    packages: ['nodemailer'],
    owner: '^src/server/delivery/mail/',
    comment:
      'The library sends nothing by itself: mails leave through the mail module of the server.',
  },
  {
    name: 'npm-bcrypt',
    packages: ['bcrypt'],
    owner: '^src/(mfa/core/ceremony/backup-codes\\.ts|server/identity/hashes/)',
    comment: 'Slow hashes cost CPU: backup codes and passwords are all that may ask for one.',
  },
  {
    name: 'npm-argon2',
    packages: ['@node-rs/argon2'],
    owner: '^src/server/identity/hashes/load-argon2id\\.ts',
    comment:
      'Where its native part is absent another function takes its place, unseen by the rest.',
  },
  {
    name: 'npm-jose',
    packages: ['jose'],
    owner: SPEC,
    comment: 'JwtKind signs and checks all tokens; its spec compares it with jose.',
  },
  {
    name: 'npm-typeorm',
    packages: ['typeorm', '@nestjs/typeorm', 'sql-template-tag', 'pg'],
    owner: '^src/(mfa/persistence/|server/|main\\.ts)',
    comment: 'In the library only persistence knows where rows are kept.',
  },
  {
    name: 'npm-passport',
    packages: ['passport', 'passport-[^/]+', '@nestjs/passport'],
    owner: '^src/server/(auth\\.module\\.ts|sign-in/|sessions/)',
    comment:
      'First factors and bearer tokens are the business of the server: these rooms ask Passport.',
  },
  {
    name: 'npm-prom-client',
    packages: ['prom-client'],
    owner: '^src/server/observability/metrics/',
    comment: 'What is counted, and under which labels, is decided in one place.',
  },
  {
    name: 'npm-opentelemetry',
    packages: ['@opentelemetry/[^/]+'],
    owner: '^src/server/observability/tracing/',
    comment: 'What leaves in a span is decided in one place, and nothing else makes spans.',
  },
  {
    name: 'npm-terminus',
    packages: ['@nestjs/terminus'],
    owner: '^src/server/operations/health/',
    comment: 'Whether this process is well is told by its health module.',
  },
  {
    name: 'npm-yaml',
    packages: ['yaml'],
    owner: '^src/server/(config|swagger)/',
    comment: 'YAML is read in one place, strictly, and written for the OpenAPI document alone.',
  },
  {
    name: 'npm-zod',
    packages: ['zod'],
    owner: '^src/server/(config|mfa|sign-in)/',
    comment:
      'Configuration is what zod validates; bodies of requests are classes, which OpenAPI reads too.',
  },
  {
    name: 'npm-ioredis',
    packages: ['ioredis'],
    owner: '^src/server/rate-limit/',
    comment: 'How long Redis is waited for is decided in one place, and used where requests count.',
  },
  {
    name: 'npm-throttler',
    packages: ['@nestjs/throttler'],
    owner: '^src/server/rate-limit/',
    comment: 'Requests are counted in one place, whichever route they ask for.',
  },
  {
    name: 'npm-embedded-database',
    packages: ['@electric-sql/[^/]+'],
    owner: '^src/server/database/',
    comment: 'Everything else sees a PostgreSQL address, embedded or not.',
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'library-knows-no-server',
      comment: 'The library is installed by other applications; the reference server is not.',
      severity: 'error',
      from: { path: '^src/mfa/' },
      to: { path: '^src/(server/|main\\.ts)' },
    },
    {
      name: 'library-only-by-its-entries',
      comment: 'The server uses what any host can use, so the entries are shown to be enough.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/mfa/' },
      to: {
        path: '^src/mfa/',
        pathNot: '^src/mfa/(index|handlers/[^/]+/index|testing/index)\\.ts$',
      },
    },
    {
      name: 'core-is-policy',
      comment:
        'Policy is decided apart from transport, storage and factors, and tested without them.',
      severity: 'error',
      from: { path: '^src/mfa/core/' },
      to: { path: '^src/', pathNot: '^src/mfa/(contract|core|testing)/' },
    },
    {
      name: 'core-without-frameworks',
      comment: 'The core knows no HTTP types and no ORM: a host may use either web framework.',
      severity: 'error',
      from: { path: '^src/mfa/core/' },
      to: {
        path: npm(
          'typeorm',
          '@nestjs/typeorm',
          'express',
          'fastify',
          '@fastify/[^/]+',
          '@nestjs/platform-[^/]+',
        ),
      },
    },
    {
      name: 'handler-knows-the-contract',
      comment:
        "A handler is written by reading the contract and the kit; others' handlers can do no more.",
      severity: 'error',
      from: { path: '^src/mfa/(handlers|kit)/' },
      to: {
        path: '^src/',
        pathNot: '^src/mfa/(contract|kit|testing|handlers)/',
      },
    },
    {
      name: 'handlers-apart',
      comment: 'Each handler can be left out, replaced or copied without looking at another.',
      severity: 'error',
      from: { path: '^src/mfa/handlers/([^/]+)/' },
      to: { path: '^src/mfa/handlers/', pathNot: '^src/mfa/handlers/$1/' },
    },
    {
      name: 'no-cycles',
      comment: 'Files in a circle, types included, can only be understood all at once.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'specs-are-leaves',
      comment: 'What two files need stands in neither of their specs.',
      severity: 'error',
      from: {},
      to: { path: SPEC },
    },
    {
      name: 'no-barrels-inside',
      comment:
        'An index.ts is for outsiders; read from inside, it ties every file of its folder together.',
      severity: 'error',
      // A spec of the whole module stands where a host does and takes the handlers by their entries.
      from: { path: '^src/(mfa|server)/', pathNot: '^src/mfa/[^/]+\\.spec\\.ts$' },
      to: { path: ['^src/$1/index\\.ts$', '^src/$1/.+/index\\.ts$'] },
    },
    {
      name: 'fakes-only-in-tests',
      comment: 'A fake clock or a fake random source in production would be a hole.',
      severity: 'error',
      from: { path: '^src/', pathNot: [SPEC, '^src/mfa/testing/'] },
      to: { path: '^src/mfa/testing/' },
    },
    ...owners.map(({ name, packages, owner, comment }) => ({
      name,
      comment,
      severity: 'error',
      from: { path: '^src/', pathNot: [SPEC, owner] },
      to: { path: npm(...packages) },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: ['node_modules', SOURCE] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
