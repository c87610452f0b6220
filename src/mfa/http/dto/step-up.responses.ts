import { ApiProperty } from '@nestjs/swagger';
import { type JsonObject } from '../../contract/handler.js';
import { type MfaPending } from '../../core/login/login-outcome.js';
import { STEP_UP_TOKEN_PLACEHOLDER } from './step-up.bodies.js';

/** One of the offered proofs. */
export class ProofChoiceAnswer {
  @ApiProperty({ description: 'As `step-up/` takes it.', example: 'app' })
  readonly name!: string;

  @ApiProperty({ description: 'For people.', example: 'Authenticator app' })
  readonly display_name!: string;
}

/** Answer to `step-up/`. */
export class StepUpResponse {
  @ApiProperty({
    description: 'Names this step-up to `step-up/verify/`.',
    example: STEP_UP_TOKEN_PLACEHOLDER,
  })
  readonly ephemeral_token: string;

  @ApiProperty({
    description: 'The method that is asked for; `password` where none is active.',
    example: 'app',
  })
  readonly method: string;

  @ApiProperty({ type: [ProofChoiceAnswer] })
  readonly methods: readonly ProofChoiceAnswer[];

  @ApiProperty({ format: 'date-time', example: '2026-11-22T12:15:00.000Z' })
  readonly expires_at: string;

  @ApiProperty({
    description:
      'What the method shows the client. Without a code it is `{delivery: "failed"}`, or, where one was sent a moment ago for another request, `{delivery: "wait", retry_after, detail}`: offer the resend after so many seconds.',
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { sent_to: 'a•••@example.org' },
  })
  readonly challenge: JsonObject | null;

  constructor(pending: MfaPending) {
    this.ephemeral_token = pending.ephemeralToken;
    this.method = pending.method;
    this.methods = pending.methods.map(({ name, displayName }) => ({
      name,
      display_name: displayName,
    }));
    this.expires_at = pending.expiresAt.toISOString();
    this.challenge = pending.challenge;
  }
}
