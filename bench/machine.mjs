import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { peerVersion } from './peer-package.mjs';

/** Where the numbers come from: they mean nothing elsewhere. */
export async function describeMachine(database) {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    linux: release(),
    loadAtStart: Number(loadavg()[0].toFixed(2)),
    fsync: await settingOf(database, 'fsync'),
    synchronousCommit: await settingOf(database, 'synchronous_commit'),
    sharedBuffers: await settingOf(database, 'shared_buffers'),
  };
}

/** What was measured, by name. */
export async function describeVersions(database) {
  return {
    'nestjs-mfa': versionOf('../package.json'),
    'Better Auth': peerVersion(),
    'Node.js': process.versions.node,
    PostgreSQL: (await settingOf(database, 'server_version')).split(' ')[0],
    Nest: versionOf('../node_modules/@nestjs/core/package.json'),
    Fastify: versionOf('../node_modules/fastify/package.json'),
    TypeORM: versionOf('../node_modules/typeorm/package.json'),
    pg: versionOf('../node_modules/pg/package.json'),
  };
}

async function settingOf(database, name) {
  return (await database.query(`SHOW ${name}`)).rows[0][name];
}

function versionOf(path) {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version;
}
