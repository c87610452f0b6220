import 'reflect-metadata';
import { bootstrap } from './server/bootstrap.js';
import { keepCompiledCode } from './server/compiled-code.js';

keepCompiledCode();

await bootstrap(async () => {
  // Imported now, because only what is loaded after that is kept.
  const { start } = await import('./server/start.js');
  await start();
}, process);
