import { Injectable } from '@nestjs/common';
import { AccessTokenReader, type Principal } from '../../mfa/index.js';
import { bearerToken, type HeaderedRequest } from '../sessions/bearer-token.js';
import { LiveAccess } from '../sessions/live-access.js';

/** Reads the server's access tokens for the routes of the library. */
@Injectable()
export class BearerAccessTokenReader extends AccessTokenReader {
  constructor(private readonly liveAccess: LiveAccess) {
    super();
  }

  async authenticate(request: HeaderedRequest): Promise<Principal> {
    const { userId, ...facts } = await this.liveAccess.verify(bearerToken(request));
    return { subjectId: userId, ...facts };
  }
}
