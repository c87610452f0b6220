import { Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { ACCESS_TOKEN } from './access-token.strategy.js';

/** Lets a request pass that has a good access token; what the token says is then `request.user`. */
@Injectable()
export class AccessTokenGuard extends AuthGuard(ACCESS_TOKEN) {}
