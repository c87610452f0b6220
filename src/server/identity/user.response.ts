import { ApiProperty, ApiPropertyOptional, type OpenAPIObject } from '@nestjs/swagger';
import { type User } from './user.entity.js';

/** A user as clients see one. */
export class UserResponse {
  @ApiProperty({ format: 'uuid', example: '0193a5b0-7c1e-7d4e-9d1a-3f1f0f6d2b11' })
  id!: string;

  @ApiProperty({ example: 'alice' })
  username!: string;

  @ApiProperty({ description: 'Empty where none is known.', example: 'alice@example.org' })
  email!: string;

  /** `completeUserDocument` makes it required, or removes it if addresses are not verified. */
  @ApiPropertyOptional({ description: 'Whether the address was confirmed by its owner.' })
  email_verified?: boolean;

  /** `completeUserDocument` removes it if addresses are not verified. */
  @ApiPropertyOptional({
    description:
      'The address that the account is about to have, once it is confirmed. Only `GET user/` has it, and only while there is one.',
    example: 'alice@example.net',
  })
  pending_email?: string;

  @ApiProperty({ example: '' })
  first_name!: string;

  @ApiProperty({ example: '' })
  last_name!: string;
}

/** The `user` of an answer: a type alias, so that it is a JSON object too. */
export type UserView = Omit<UserResponse, 'email_verified' | 'pending_email'> &
  Partial<Record<'email_verified', boolean>> &
  Partial<Record<'pending_email', string>>;

/**
 * The `user` of an answer.
 *
 * @param pendingEmail the address that the user has asked for; null where the answer tells of none
 */
export function userResponse(user: User, pendingEmail: string | null = null): UserView {
  return {
    id: user.id,
    username: user.username,
    email: user.email ?? '',
    ...(user.emailStanding !== 'unasked' && {
      email_verified: user.emailStanding === 'confirmed',
    }),
    ...(pendingEmail !== null && { pending_email: pendingEmail }),
    first_name: user.firstName,
    last_name: user.lastName,
  };
}

/**
 * Makes `email_verified` required if the server verifies addresses. Otherwise removes it, and
 * `pending_email`.
 *
 * @param document changed in place
 */
export function completeUserDocument(document: OpenAPIObject, asksForVerification: boolean): void {
  const schema = document.components?.schemas?.[UserResponse.name];
  if (schema === undefined || '$ref' in schema) return;
  if (asksForVerification) schema.required = [...(schema.required ?? []), 'email_verified'];
  else for (const name of ['email_verified', 'pending_email']) delete schema.properties?.[name];
}
