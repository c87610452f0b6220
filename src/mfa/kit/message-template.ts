import { MESSAGE_OPTIONS } from './sent-code.options.js';

const PLACE_OF_THE_CODE = '{code}';

/** The message that carries the codes of one handler. */
export interface MessageProfile {
  /** The handler's name. */
  readonly name: string;
  /** The operator's text. Absent: one that names the application and the lifetime of the code. */
  readonly message: string | undefined;
  readonly applicationName: string;
  readonly lifetimeSeconds: number;
}

/** A text with one placeholder for a code. An operator may write it. */
export class MessageTemplate {
  /**
   * @param owner of the template, for the error
   * @throws {Error} unless the text has at most 300 characters and `{code}` as its one placeholder
   */
  constructor(
    owner: string,
    private readonly text: string,
  ) {
    const { accepts, takes } = MESSAGE_OPTIONS.message;
    if (!accepts(text)) throw new Error(`${owner}: message takes ${takes}.`);
  }

  /** The template for the messages of a handler. @throws {Error} as the constructor does */
  static of({ name, message, applicationName, lifetimeSeconds }: MessageProfile): MessageTemplate {
    const minutes = Math.floor(lifetimeSeconds / 60);
    // Braces in the name are no placeholders.
    const application = applicationName.replace(/[{}]/g, '');
    const usual = `${PLACE_OF_THE_CODE} is your verification code for ${application}. It is valid for ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}. Give it to nobody.`;
    return new MessageTemplate(`MFA handler "${name}"`, message ?? usual);
  }

  /** The text with the code in it. */
  fill(code: string): string {
    // Not `replace`, which gives a "$" in the code a meaning.
    return this.text.split(PLACE_OF_THE_CODE).join(code);
  }
}
