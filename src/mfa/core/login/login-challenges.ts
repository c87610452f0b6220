import { Injectable } from '@nestjs/common';
import { type SessionProof } from '../ports/assurance.js';
import { ChallengeService } from '../ceremony/challenge.service.js';
import { EphemeralTokens } from '../keys/ephemeral-token.js';
import { type Subject } from '../../contract/handler.js';
import { HandlerRegistry } from '../ceremony/handler-registry.js';
import { type ClientInfo } from '../ports/mfa-passed.js';
import { choicesOf, independentOf, offersOf } from '../ceremony/offered-method.js';
import { type MethodRecord } from '../ports/stores.js';
import { type MfaPending } from './login-outcome.js';

/** A login whose first factor is proven. */
export interface BegunLogin {
  readonly subject: Subject;
  readonly proofs: readonly SessionProof[];
  readonly provider: string | null;
}

/** Asks for the second factor of a login. */
@Injectable()
export class LoginChallenges {
  constructor(
    private readonly registry: HandlerRegistry,
    private readonly challengeService: ChallengeService,
    private readonly ephemeralTokens: EphemeralTokens,
  ) {}

  /** @param active methods of the subject; one at least is independent of the first factor */
  async ask(
    begun: BegunLogin,
    active: readonly MethodRecord[],
    client: ClientInfo,
  ): Promise<MfaPending> {
    const offers = offersOf(independentOf(active, begun, this.registry), this.registry);
    const start = { ...begun, purpose: 'login' as const, sessionId: null };
    const { challenge, shown } = await this.challengeService.open(start, offers[0], client);
    return {
      ephemeralToken: this.ephemeralTokens.sign(challenge, 'login'),
      method: challenge.handler,
      methods: choicesOf(offers),
      expiresAt: challenge.expiresAt,
      challenge: shown,
    };
  }
}
