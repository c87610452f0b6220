import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';
import { MethodNameField } from './method-name-field.js';

/** What stands in examples for the ephemeral token, so that a page can put the real one there. */
export const EPHEMERAL_TOKEN_PLACEHOLDER = '<ephemeral_token of login>';

/** Three times the length of the tokens that are made. */
const LONGEST_EPHEMERAL_TOKEN = 1024;

/** What every step after the first factor begins with. */
export class EphemeralTokenBody {
  @ApiProperty({
    description: 'Names the open login; `login/` answers it.',
    example: EPHEMERAL_TOKEN_PLACEHOLDER,
    maxLength: LONGEST_EPHEMERAL_TOKEN,
  })
  @IsString()
  @IsNotEmpty()
  @MaxLength(LONGEST_EPHEMERAL_TOKEN)
  readonly ephemeral_token!: string;
}

/** Body of `change-method/`. */
export class ChangeMethodBody extends EphemeralTokenBody {
  @MethodNameField('The active method that is to be asked for instead.')
  readonly new_method!: string;
}
