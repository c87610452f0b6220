import { ApiProperty } from '@nestjs/swagger';
import { type JsonObject } from '../../contract/handler.js';
import { EPHEMERAL_TOKEN_PLACEHOLDER } from './login.bodies.js';

/** Answer to `resend/`: the same token with the same expiry. */
export class ResendResponse {
  @ApiProperty({ example: EPHEMERAL_TOKEN_PLACEHOLDER })
  readonly ephemeral_token!: string;
}

/** Answer to `change-method/`. */
export class ChangeMethodResponse extends ResendResponse {
  @ApiProperty({ description: 'The method that is asked for now.', example: 'email' })
  readonly method!: string;

  @ApiProperty({
    description: 'The same, as clients of a published guide read it.',
    example: 'email',
  })
  readonly new_method!: string;

  @ApiProperty({
    description: 'What the method shows the client, or null.',
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { sent_to: 'a•••@example.org' },
  })
  readonly challenge!: JsonObject | null;
}
