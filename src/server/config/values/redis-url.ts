import { type Format, urlOf } from './formats.js';

const SERVER = urlOf('redis', 'rediss');

/** A server of Redis, and which of its databases: without one, or with another path, it would be 0. */
export const redisUrl: Format<string> = {
  takes: `${SERVER.takes}, and after it nothing or the number of a database, as in redis://localhost:6379/1`,
  read: (text) => (SERVER.read(text) !== undefined && namesOneDatabase(text) ? text : undefined),
};

function namesOneDatabase(text: string): boolean {
  const { pathname, searchParams } = new URL(text);
  return /^\/?\d{0,5}$/.test(pathname) && !searchParams.has('db');
}
