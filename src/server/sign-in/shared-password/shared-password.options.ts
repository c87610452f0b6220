import { Matches } from 'class-validator';

const USERNAME = /^[\p{L}\p{N}_.@+-]{1,150}$/u;

/** Longer than an account's own password: many know this one, and it is seldom changed. */
const PASSWORD = /^(?=.*\S).{12,1024}$/su;

/** The options of a first factor of type `shared_password`, as they are written in the file. */
export class SharedPasswordOptions {
  @Matches(USERNAME, { message: 'a user name of 1 to 150 letters, digits and @ . + - _' })
  readonly username!: string;

  @Matches(PASSWORD, { message: 'a text of at least 12 characters, not all of them blank' })
  readonly password!: string;
}
