import { type INestApplication } from '@nestjs/common';
import { serveDocumentation } from './documentation.js';

/** What is set on the application before it listens. */
export function configure(app: INestApplication): void {
  // The library's routes are below /api/auth: AppModule places them at "auth".
  app.setGlobalPrefix('api');
  serveDocumentation(app);
}
