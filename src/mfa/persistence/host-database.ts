import { Injectable, Optional } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** The host's database. Asked for as optional, so that its absence is told in a sentence of ours. */
@Injectable()
export class HostDatabase {
  readonly dataSource: DataSource;

  /** @throws {Error} that says what to do when the host has none */
  constructor(@Optional() dataSource?: DataSource) {
    if (dataSource === undefined) {
      throw new Error(
        'MfaModule misses a DataSource of TypeORM: import TypeOrmModule.forRoot with a PostgreSQL and MFA_ENTITIES, beside MfaModule.',
      );
    }
    this.dataSource = dataSource;
  }
}
