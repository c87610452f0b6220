import { type z } from 'zod';
import { matching } from '../../config/values/formats.js';
import { optionsSchema } from '../../config/values/read-entry-options.js';

/** The options of `shared_password`, as the file has them. */
export const sharedPasswordOptions = optionsSchema({
  username: matching(
    /^[\p{L}\p{N}_.@+-]{1,150}$/u,
    'a user name of 1 to 150 letters, digits and @ . + - _',
  ),
  // Longer than an account's own password: many people know this one, and it rarely changes.
  password: matching(
    /^(?=.*\S).{12,1024}$/su,
    'a text of at least 12 characters, not all of them blank',
  ),
});

/** As {@link sharedPasswordOptions} reads them. */
export type SharedPasswordOptions = z.output<typeof sharedPasswordOptions>;
