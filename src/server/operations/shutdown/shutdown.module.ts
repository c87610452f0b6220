import { Global, Module } from '@nestjs/common';
import { DrainState } from './drain-state.js';

/** Tells every module whether the process is shutting down. */
@Global()
@Module({ providers: [DrainState], exports: [DrainState] })
export class ShutdownModule {}
