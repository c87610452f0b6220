import { Module } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module.js';
import { KeyReload } from './key-reload.js';

/** The life of keys in a running server. */
@Module({ imports: [SessionsModule], providers: [KeyReload] })
export class KeysModule {}
