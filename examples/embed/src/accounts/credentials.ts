import { IsEmail, IsString, MinLength } from 'class-validator';

export class Credentials {
  @IsEmail()
  readonly email!: string;

  @IsString()
  @MinLength(12)
  readonly password!: string;
}
