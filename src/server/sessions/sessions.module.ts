import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessTokens } from './access-tokens.js';
import { JwksController } from './jwks.controller.js';
import { LiveAccess } from './live-access.js';
import { RefreshChain } from './refresh-chain.js';
import { RefreshTokens } from './refresh-tokens.js';
import { Session } from './session.entity.js';
import { LiveSessions } from './live-sessions.js';
import { SessionJwt } from './session-jwt.js';
import { SessionsCleaner } from './sessions.cleaner.js';
import { SessionsService } from './sessions.service.js';
import { SigningKeys } from './signing-keys.js';

/** Tokens and their rows. */
@Module({
  imports: [TypeOrmModule.forFeature([Session])],
  controllers: [JwksController],
  providers: [
    SigningKeys,
    SessionJwt,
    AccessTokens,
    LiveAccess,
    RefreshTokens,
    LiveSessions,
    RefreshChain,
    SessionsCleaner,
    SessionsService,
  ],
  exports: [
    LiveAccess,
    LiveSessions,
    RefreshChain,
    RefreshTokens,
    SessionJwt,
    SessionsService,
    SigningKeys,
  ],
})
export class SessionsModule {}
