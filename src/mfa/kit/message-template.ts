import { MESSAGE_OPTIONS } from './sent-code.options.js';

const PLACE_OF_THE_CODE = '{code}';

/** What a handler knows of the message that carries its codes. */
export interface MessageProfile {
  /** The handler's name. */
  readonly name: string;
  /** The operator's wording. Absent: one that names the application and the life of the code. */
  readonly message: string | undefined;
  readonly applicationName: string;
  readonly lifetimeSeconds: number;
}

/** A text with one place for a code, which an operator may word. */
export class MessageTemplate {
  /**
   * @param owner who has the template, for the sentence that refuses it
   * @throws {Error} unless the text has at most 300 characters and `{code}` as its one placeholder
   */
  constructor(
    owner: string,
    private readonly text: string,
  ) {
    const { accepts, takes } = MESSAGE_OPTIONS.message;
    if (!accepts(text)) throw new Error(`${owner}: message takes ${takes}.`);
  }

  /** The template of a handler's messages. @throws {Error} as the constructor does */
  static of({ name, message, applicationName, lifetimeSeconds }: MessageProfile): MessageTemplate {
    const minutes = Math.floor(lifetimeSeconds / 60);
    // Braces in the name are not places of anything.
    const application = applicationName.replace(/[{}]/g, '');
    const usual = `${PLACE_OF_THE_CODE} is your verification code for ${application}. It is valid for ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}. Give it to nobody.`;
    return new MessageTemplate(`MFA handler "${name}"`, message ?? usual);
  }

  /** The text with the code in its place. */
  fill(code: string): string {
    // The halves are joined, since `replace` would read a "$" in what it is given.
    return this.text.split(PLACE_OF_THE_CODE).join(code);
  }
}
