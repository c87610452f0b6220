import { ApiProperty } from '@nestjs/swagger';
import { type User } from './user.entity.js';

/** A user as clients see one. */
export class UserResponse {
  @ApiProperty({ format: 'uuid', example: '0193a5b0-7c1e-7d4e-9d1a-3f1f0f6d2b11' })
  id!: string;

  @ApiProperty({ example: 'alice' })
  username!: string;

  @ApiProperty({ description: 'Empty where none is known.', example: 'alice@example.org' })
  email!: string;

  @ApiProperty({ example: '' })
  first_name!: string;

  @ApiProperty({ example: '' })
  last_name!: string;
}

/** The `user` of an answer. */
export function userResponse(user: User): Record<keyof UserResponse, string> {
  return {
    id: user.id,
    username: user.username,
    email: user.email ?? '',
    first_name: user.firstName,
    last_name: user.lastName,
  };
}
