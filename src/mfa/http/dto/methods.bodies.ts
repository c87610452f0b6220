import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsNotEmpty, IsOptional, IsString, IsUUID } from 'class-validator';
import { AuthenticatorLabelField } from '../../core/ports/authenticator-label.js';
import { AcceptNumberAsText, BoundedText } from '../../contract/text-fields.js';
import { MAX_CODE_LENGTH } from '../../contract/normalize-text.js';
import { MethodNameField } from './method-name-field.js';

/** The common field of all requests about one method. */
export class MethodBody {
  @MethodNameField('The name of the method.')
  readonly method!: string;
}

/** A request about one authenticator of a method. */
export class AuthenticatorBody extends MethodBody {
  @ApiPropertyOptional({
    description: 'Needed where several authenticators of the method await their confirmation.',
    format: 'uuid',
  })
  @IsOptional()
  @IsUUID()
  readonly authenticator_id?: string;
}

/** Body of a renaming. */
export class LabelBody {
  @AuthenticatorLabelField()
  readonly label!: string;
}

/** Body of `mfa/primary/`. */
export class PrimaryBody extends MethodBody {
  @ApiPropertyOptional({
    description: 'A code of the present primary method, where the server asks for one.',
    example: '123456',
    maxLength: MAX_CODE_LENGTH,
  })
  @IsOptional()
  @AcceptNumberAsText()
  @IsString()
  @IsNotEmpty()
  @BoundedText(MAX_CODE_LENGTH)
  readonly primary_code?: string;
}
