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

  @ApiProperty({ example: '' })
  first_name!: string;

  @ApiProperty({ example: '' })
  last_name!: string;
}

/** The `user` of an answer: a type alias, so that it is a JSON object too. */
export type UserView = Omit<UserResponse, 'email_verified'> &
  Partial<Record<'email_verified', boolean>>;

/** The `user` of an answer. */
export function userResponse(user: User): UserView {
  return {
    id: user.id,
    username: user.username,
    email: user.email ?? '',
    ...(user.emailStanding !== 'unasked' && {
      email_verified: user.emailStanding === 'confirmed',
    }),
    first_name: user.firstName,
    last_name: user.lastName,
  };
}

/**
 * Makes `email_verified` required if the server verifies addresses, and removes it otherwise.
 *
 * @param document changed in place
 */
export function completeUserDocument(document: OpenAPIObject, asksForVerification: boolean): void {
  const schema = document.components?.schemas?.[UserResponse.name];
  if (schema === undefined || '$ref' in schema) return;
  if (asksForVerification) schema.required = [...(schema.required ?? []), 'email_verified'];
  else delete schema.properties?.['email_verified'];
}
