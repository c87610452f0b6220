/* Better Auth as a separate process: its handler on `node:http`, as its documentation shows. */
import { createServer } from 'node:http';
import { toNodeHandler } from 'better-auth/node';
import { makeAuth } from './auth.mjs';

const { DATABASE_URL, HOST, PORT, BETTER_AUTH_SECRET } = process.env;
const { auth, pool } = makeAuth({
  databaseUrl: DATABASE_URL,
  secret: BETTER_AUTH_SECRET,
  baseURL: `http://${HOST}:${PORT}`,
});
const handle = toNodeHandler(auth);
await auth.$context;

const server = createServer((request, response) => {
  if (request.url === '/health/ready') response.end();
  else void handle(request, response);
}).listen(Number(PORT), HOST);

process.once('SIGTERM', () => {
  server.close(() => pool.end());
  server.closeAllConnections();
});
