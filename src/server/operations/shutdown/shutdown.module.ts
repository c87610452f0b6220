import { Global, Module } from '@nestjs/common';
import { DrainState } from './drain-state.js';

/** Tells every module whether the process is on its way out. */
@Global()
@Module({ providers: [DrainState], exports: [DrainState] })
export class ShutdownModule {}
