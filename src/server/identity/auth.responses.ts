import { ApiProperty } from '@nestjs/swagger';
import { UserResponse } from './user.response.js';

/** A new account. */
export class RegistrationResponse {
  @ApiProperty({ type: UserResponse })
  user!: UserResponse;
}

/** A text for a person, and nothing else. */
export class DetailResponse {
  @ApiProperty({ example: 'Successfully logged out.' })
  detail!: string;
}

/** A first factor on offer. */
export class ProviderResponse {
  @ApiProperty({ description: 'What kind of first factor it is.', example: 'local' })
  type!: string;

  @ApiProperty({ description: '`provider` of a login.', example: 'local' })
  id!: string;

  @ApiProperty({ example: 'Password' })
  name!: string;

  @ApiProperty({ description: 'False: a person with a second factor cannot sign in by it.' })
  supports_mfa!: boolean;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'JSON Schema of the body of `POST login/`, beside `provider`.',
  })
  schema!: object;
}
