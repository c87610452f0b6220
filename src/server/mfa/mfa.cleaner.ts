import { Injectable } from '@nestjs/common';
import { type CleanedRows, type RetentionScope, MfaRetention } from '../../mfa/index.js';
import { Cleaner } from '../retention/cleaner.js';

/** The library's tables. The library decides which of its rows are expired. */
@Injectable()
export class MfaCleaner extends Cleaner {
  constructor(private readonly cleanUp: MfaRetention) {
    super();
  }

  clean(scope: RetentionScope): Promise<CleanedRows> {
    return this.cleanUp.run(scope);
  }
}
