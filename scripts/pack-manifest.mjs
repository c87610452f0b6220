/*
 * The manifest of the library as others install it. The package.json at the top serves the server
 * and the library together and is private; versions and exports are taken from there, and here is
 * decided what each package is to a host.
 */

/** Shared with the host: their classes are tokens of injection, or they keep decorators' notes. */
export const PEERS = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/swagger',
  'class-transformer',
  'class-validator',
  'reflect-metadata',
  'rxjs',
  'typeorm',
];

/** Needed by one handler each, which says so at the start when its package is missing. */
export const OPTIONAL_PEERS = ['@simplewebauthn/server', 'otplib', 'qrcode'];

/** The library's own affair: installed with it, and never seen by the host. */
export const DEPENDENCIES = [
  'bcrypt',
  'class-validator-jsonschema',
  'cookie',
  'ipaddr.js',
  'jose',
  'sql-template-tag',
  'uuidv7',
];

/** With the server, all that it needs is installed too, and no handler can miss its package. */
export function publishedManifest(root, { withServer = false } = {}) {
  const { name, version, description, license, type, engines, exports } = root;
  const own = withServer
    ? Object.keys(root.dependencies).filter((dependency) => !PEERS.includes(dependency))
    : DEPENDENCIES;
  const optional = withServer ? [] : OPTIONAL_PEERS;
  const versionsOf = (names) =>
    Object.fromEntries(names.map((dependency) => [dependency, rangeOf(root, dependency)]));
  return {
    ...{ name, version, description, license, type, engines, exports },
    dependencies: versionsOf(own),
    peerDependencies: versionsOf([...PEERS, ...optional].sort()),
    peerDependenciesMeta: Object.fromEntries(optional.map((peer) => [peer, { optional: true }])),
  };
}

function rangeOf({ dependencies }, name) {
  const range = dependencies[name];
  if (range === undefined) throw new Error(`package.json has no dependency ${name}.`);
  return range;
}
