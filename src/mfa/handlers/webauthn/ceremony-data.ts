/** What is kept of one challenge, so that each kind of answer fits its own kind of question alone. */
export type WebAuthnData =
  | {
      readonly ceremony: 'registration';
      /** Random, in base64url. */
      readonly challenge: string;
      /** Ids of the credentials that were set up before: none of them is set up twice. */
      readonly taken: readonly string[];
    }
  | { readonly ceremony: 'authentication'; readonly challenge: string };
