/** One place where codes can be sent, as the operator set it up. */
export interface NotifyDestination {
  /** Unique and stable: enrolments store it. */
  readonly id: string;
  /** Shown to people. */
  readonly name: string;
}

/** Port: the destinations that the operator set up, and delivery to each. The host binds it. */
export abstract class NotifyDestinations {
  /** All of them, in the order in which people see them. Asked once, at start. */
  abstract list(): readonly NotifyDestination[];

  /**
   * Hands a text over. A rejection means that it was not taken and may be tried again.
   *
   * @param id of one in the list
   */
  abstract deliver(id: string, text: string): Promise<void>;
}
