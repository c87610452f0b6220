import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  UnauthorizedException,
} from '@nestjs/common';
import { type Request } from 'express';
import { type Session } from './session.entity.js';
import { Sessions } from './sessions.js';

/** A request that {@link SessionGuard} has let pass. */
export interface SignedInRequest extends Request {
  session: Session;
}

@Injectable()
export class SessionGuard implements CanActivate {
  constructor(private readonly sessions: Sessions) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<SignedInRequest>();
    const session = await this.sessions.findByHeader(request.headers.authorization);
    if (session === null || session === undefined) throw new UnauthorizedException();
    request.session = session;
    return true;
  }
}
