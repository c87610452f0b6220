import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { MfaError } from '../../../mfa/index.js';
import { isLocalHost } from '../../config/values/is-local-host.js';

/**
 * Serves development pages only to requests for a local host name. A foreign page whose name was
 * made to point here (DNS rebinding) sends its own name in `Host`, and no script can change that.
 */
@Injectable()
export class LocalHostGuard implements CanActivate {
  /** @throws {MfaError} `forbidden` */
  canActivate(context: ExecutionContext): boolean {
    const { host = '' } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    const url = `http://${host}`;
    if (URL.canParse(url) && isLocalHost(new URL(url).hostname)) return true;
    throw new MfaError('forbidden', {
      detail: 'This page is for development: ask for it as localhost.',
    });
  }
}
