import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-custom';
import { type AccessFacts } from './access-tokens.js';
import { LiveAccess } from './live-access.js';
import { bearerToken, type HeaderedRequest } from './bearer-token.js';

/** Passport's name of this strategy. */
export const ACCESS_TOKEN = 'access-token';

/** Authenticates a request by the access token of a live session. */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(Strategy, ACCESS_TOKEN) {
  constructor(private readonly liveAccess: LiveAccess) {
    super();
  }

  /** @throws {MfaError} `not_authenticated` or `token_not_valid` */
  async validate(request: HeaderedRequest): Promise<AccessFacts> {
    return this.liveAccess.verify(bearerToken(request));
  }
}
