/** A first factor of type `local` has no options: the limits of passwords are settings. */
export class LocalOptions {}
