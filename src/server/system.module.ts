import { Global, Module } from '@nestjs/common';
import { RandomSource, SystemRandomSource } from '../mfa/index.js';

/** Chance, for every module. Time is the database's, which `MfaModule` tells. */
@Global()
@Module({
  providers: [{ provide: RandomSource, useClass: SystemRandomSource }],
  exports: [RandomSource],
})
export class SystemModule {}
