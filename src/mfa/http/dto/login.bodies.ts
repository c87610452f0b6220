import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString } from 'class-validator';
import { MAX_EPHEMERAL_TOKEN_LENGTH } from '../../core/keys/ephemeral-token.js';
import { MethodNameField } from './method-name-field.js';

/** The ephemeral token in examples. A page may replace it by the real one. */
export const EPHEMERAL_TOKEN_PLACEHOLDER = '<ephemeral_token of login>';

/** The common field of all steps after the first factor. A token that is too long is invalid like any other bad one. */
export class EphemeralTokenBody {
  @ApiProperty({
    description: 'Names the open login; `login/` answers it.',
    example: EPHEMERAL_TOKEN_PLACEHOLDER,
    maxLength: MAX_EPHEMERAL_TOKEN_LENGTH,
  })
  @IsString()
  @IsNotEmpty()
  readonly ephemeral_token!: string;
}

/** Body of `change-method/`. */
export class ChangeMethodBody extends EphemeralTokenBody {
  @MethodNameField('The active method that is to be asked for instead.')
  readonly new_method!: string;
}
