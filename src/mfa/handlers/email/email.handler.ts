import { type FactoryProvider, Inject, Injectable, Optional, type Type } from '@nestjs/common';
import { MfaError } from '../../contract/errors.js';
import { type SetupInput, type Subject } from '../../contract/handler.js';
import { normalizeEmailAddress } from '../../kit/email-address.js';
import { HandlerDefaults } from '../../kit/handler-defaults.js';
import { maskEmail } from '../../kit/mask.js';
import { RandomSource } from '../../contract/random.js';
import { requiredPort } from '../../kit/required-port.js';
import { ADDRESS_CHOICE } from '../../kit/sent-code.options.js';
import { type SentCode, SentCodeHandler } from '../../kit/sent-code.handler.js';
import { type SentCodeState } from '../../kit/sent-code.state.js';
import { type CodeMessageTexts, ENGLISH_CODE_MESSAGE } from './code-message-texts.js';
import { codeMessage } from './code-message.js';
import { EmailFields } from './email.fields.js';
import { EmailSender } from './email-sender.js';
import { EMAIL_HANDLER_OPTIONS, type EmailHandlerOptions } from './email.options.js';

const NOT_AN_ADDRESS = { email: ['Enter a valid email address.'] };
const NO_ADDRESS = { method: ['This account has no e-mail address to send a code to.'] };
const NOT_CONFIRMED = { method: ['The e-mail address of this account must be verified first.'] };

/**
 * Codes sent by e-mail, to an address that is proven at enrolment. NIST does not count e-mail as a
 * second factor [NIST SP 800-63B-4 §3.1.3.1]: better than none, worse than the others.
 */
@Injectable()
export class EmailHandler extends SentCodeHandler<Partial<EmailFields>> {
  readonly setupSchema?: Type<object>;

  private readonly sender: EmailSender;
  private readonly texts: (language: string | undefined) => CodeMessageTexts;

  /** @throws {Error} when no sender is bound, or an option is invalid */
  constructor(
    private readonly defaults: HandlerDefaults,
    random: RandomSource,
    @Optional() sender?: EmailSender,
    @Optional() @Inject(EMAIL_HANDLER_OPTIONS) options: EmailHandlerOptions = {},
  ) {
    super(
      {
        name: options.name ?? 'email',
        displayName: options.displayName ?? 'E-mail',
        setupDetail: 'Email message with MFA code has been sent.',
        codeLength: options.codeLength,
        codeLifetimeSeconds: options.codeLifetimeSeconds,
      },
      random,
    );
    this.sender = requiredPort(this.name, 'EmailSender', sender);
    const { address = 'own', texts = () => ENGLISH_CODE_MESSAGE } = options;
    this.texts = texts;
    if (!ADDRESS_CHOICE.accepts(address)) {
      throw new Error(`MFA handler "${this.name}": address takes ${ADDRESS_CHOICE.takes}.`);
    }
    if (address === 'asked') this.setupSchema = EmailFields;
  }

  protected addressFor({
    subject,
    fields,
  }: SetupInput<SentCodeState, Partial<EmailFields>>): string {
    const isAsked = this.setupSchema !== undefined;
    const { email = '' } = isAsked ? fields : subject.addresses;
    // The host answers for the addresses of its accounts: they stay as they are.
    const address = isAsked ? normalizeEmailAddress(email) : email;
    if (address?.includes('@')) return address;
    throw new MfaError('validation_failed', {
      errors: isAsked ? NOT_AN_ADDRESS : whyNoAddress(subject),
    });
  }

  protected mask(address: string): string {
    return maskEmail(address);
  }

  protected deliver({ address: to, subject, ...sent }: SentCode): Promise<void> {
    const { applicationName } = this.defaults;
    const texts = this.texts(subject.language);
    return this.sender.send(codeMessage({ to, applicationName, ...sent }, texts));
  }
}

function whyNoAddress({ unconfirmedAddresses = [] }: Subject): Record<string, string[]> {
  return unconfirmedAddresses.includes('email') ? NOT_CONFIRMED : NO_ADDRESS;
}

/** An {@link EmailHandler} with options of its own, as an entry of the module's list of handlers. */
export function emailHandler(options: EmailHandlerOptions): FactoryProvider<EmailHandler> {
  return {
    provide: Symbol(`EmailHandler ${options.name ?? 'email'}`),
    useFactory: (defaults: HandlerDefaults, random: RandomSource, sender?: EmailSender) =>
      new EmailHandler(defaults, random, sender, options),
    inject: [HandlerDefaults, RandomSource, { token: EmailSender, optional: true }],
  };
}
