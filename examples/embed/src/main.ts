import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { serveDocumentation } from './documentation.js';

async function start(): Promise<void> {
  const app = await NestFactory.create(AppModule);
  serveDocumentation(app);
  await app.listen(process.env['PORT'] ?? 3000, '127.0.0.1');
}

void start();
