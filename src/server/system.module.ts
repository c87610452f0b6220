import { Global, Module } from '@nestjs/common';
import { Clock, RandomSource, SystemClock, SystemRandomSource } from '../mfa/index.js';

/** Time and chance, for every module; a test overrides the two providers. */
@Global()
@Module({
  providers: [
    { provide: Clock, useClass: SystemClock },
    { provide: RandomSource, useClass: SystemRandomSource },
  ],
  exports: [Clock, RandomSource],
})
export class SystemModule {}
