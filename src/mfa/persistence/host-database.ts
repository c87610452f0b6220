import { Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { refuseOtherMeanings } from './database-check.js';
import { missingDataSource } from './missing-data-source.js';
import { refuseUnreadableTimes } from './readable-times.js';

/** The host's database. Asked for as optional, so that its absence is told in a sentence of ours. */
@Injectable()
export class HostDatabase implements OnModuleInit {
  readonly dataSource: DataSource;

  /** @throws {Error} that says what to do when the host has none */
  constructor(modules: ModulesContainer, @Optional() dataSource?: DataSource) {
    if (dataSource === undefined) throw missingDataSource(modules);
    this.dataSource = dataSource;
  }

  /** @throws {Error} that says what to do when the database does not mean what our statements mean */
  async onModuleInit(): Promise<void> {
    refuseUnreadableTimes(this.dataSource);
    await refuseOtherMeanings(this.dataSource);
  }
}
