/*
 * The manifest of the published library. The repository's package.json serves server and library
 * together and is private. Versions and exports come from there; this file decides what each
 * package is to a host.
 */

/**
 * The parts of package.json that the published one is made from.
 *
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {string} description
 * @property {string} license
 * @property {string} type
 * @property {Readonly<Record<string, string>>} engines
 * @property {Readonly<Record<string, Readonly<Record<string, string>>>>} exports
 * @property {Readonly<Record<string, string>>} dependencies
 * @property {Readonly<Record<string, string>>} [peerDependencies]
 * @property {Readonly<Record<string, {readonly optional: boolean}>>} [peerDependenciesMeta]
 */

/** Shared with the host: their classes are injection tokens, or they store the metadata of decorators. */
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

/** Each is needed by one handler, which refuses to start without it. */
export const OPTIONAL_PEERS = ['@simplewebauthn/server', 'otplib', 'qrcode'];

/** Internal to the library: installed with it and not visible to the host. */
export const DEPENDENCIES = [
  'bcrypt',
  'class-validator-jsonschema',
  'cookie',
  'ipaddr.js',
  'sql-template-tag',
  'uuidv7',
];

/**
 * With the server, everything that it needs is a dependency, the packages of handlers too.
 *
 * @param {Manifest} root
 * @param {{withServer?: boolean}} options
 * @returns {Required<Manifest>}
 */
export function publishedManifest(root, { withServer = false } = {}) {
  const { name, version, description, license, type, engines, exports } = root;
  const own = withServer
    ? Object.keys(root.dependencies).filter((dependency) => !PEERS.includes(dependency))
    : DEPENDENCIES;
  const optional = withServer ? [] : OPTIONAL_PEERS;
  /** @param {string[]} names */
  const versionsOf = (names) =>
    Object.fromEntries(names.map((dependency) => [dependency, rangeOf(root, dependency)]));
  return {
    ...{ name, version, description, license, type, engines, exports },
    dependencies: versionsOf(own),
    peerDependencies: versionsOf([...PEERS, ...optional].sort()),
    peerDependenciesMeta: Object.fromEntries(optional.map((peer) => [peer, { optional: true }])),
  };
}

/**
 * @param {Manifest} root
 * @param {string} name
 */
function rangeOf({ dependencies }, name) {
  const range = dependencies[name];
  if (range === undefined) throw new Error(`package.json has no dependency ${name}.`);
  return range;
}
