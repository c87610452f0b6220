import { Global, Module } from '@nestjs/common';
import { RandomSource, SystemRandomSource } from '../mfa/index.js';

/** The source of randomness for every module. The clock is the database's, and `MfaModule` provides it. */
@Global()
@Module({
  providers: [{ provide: RandomSource, useClass: SystemRandomSource }],
  exports: [RandomSource],
})
export class SystemModule {}
