/** The options of a type that has none. */
export class NoOptions {}
