import { Module } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module.js';
import { KeyNeeds } from './key-needs.js';
import { KeyReload } from './key-reload.js';

/** Reloads keys, and counts the rows that need them. */
@Module({ imports: [SessionsModule], providers: [KeyReload, KeyNeeds] })
export class KeysModule {}
