import { DataSource } from 'typeorm';
import { dataSourceOptions } from './src/server/database/data-source.js';

const url = process.env['DATABASE_URL'];
if (!url) {
  process.stderr.write(
    'Set DATABASE_URL: the command line of TypeORM needs a running PostgreSQL.\n',
  );
  process.exit(1);
}

/** For TypeORM's command line; CONTRIBUTING.md has the commands. */
export default new DataSource(dataSourceOptions(url, 1));
