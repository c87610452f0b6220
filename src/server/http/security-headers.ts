import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import helmet from 'helmet';

/** Allows what Swagger UI and the mailbox page need, and nothing from other origins. */
const CSP = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  // Both pages have inline styles.
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
};

/** Sends the security headers of helmet with every answer. They are all alike, so they are made once. */
export function sendSecurityHeaders(app: NestFastifyApplication): void {
  const headers = securityHeaders();
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
}

function securityHeaders(): Record<string, string> {
  const request = new IncomingMessage(new Socket());
  const answer = new ServerResponse(request);
  const secure = helmet({ contentSecurityPolicy: { useDefaults: false, directives: CSP } });
  secure(request, answer, (error) => {
    if (error !== undefined)
      throw new Error('The security headers cannot be made.', { cause: error });
  });
  return Object.fromEntries(
    Object.entries(answer.getHeaders()).map(([name, value]) => [name, String(value)]),
  );
}
