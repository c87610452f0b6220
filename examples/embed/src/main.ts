import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { configure } from './configure.js';

async function start(): Promise<void> {
  const app = await NestFactory.create(AppModule);
  configure(app);
  await app.listen(process.env['PORT'] ?? 3000, '127.0.0.1');
}

void start();
