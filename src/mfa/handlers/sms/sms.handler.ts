import { type FactoryProvider, Inject, Injectable, Optional, type Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { MfaError } from '../../contract/errors.js';
import { type SetupInput } from '../../contract/handler.js';
import { HandlerDefaults } from '../../kit/handler-defaults.js';
import { maskPhone } from '../../kit/mask.js';
import { MessageTemplate } from '../../kit/message-template.js';
import { normalizePhoneNumber } from '../../kit/phone-number.js';
import { RandomSource } from '../../contract/random.js';
import { requiredPort } from '../../kit/required-port.js';
import { ADDRESS_CHOICE } from '../../kit/sent-code.options.js';
import { type SentCode, SentCodeHandler } from '../../kit/sent-code.handler.js';
import { type SentCodeState } from '../../kit/sent-code.state.js';
import { AllowedPrefixes } from './allowed-prefixes.js';
import { SmsGateway } from './sms-gateway.js';
import { SmsFields } from './sms.fields.js';
import { SMS_HANDLER_OPTIONS, type SmsHandlerOptions } from './sms.options.js';

/** `setup_data` of text messages. */
class SmsSetupResponse {
  @ApiProperty({
    description: 'Says that a code is on its way.',
    example: 'SMS verification code has been sent to your phone.',
  })
  readonly detail!: string;

  @ApiProperty({ description: 'The masked number.', example: '•••23' })
  readonly sent_to!: string;
}

const NOT_A_NUMBER = {
  phone_number: ['Enter the number in its international form, such as +1 555 010 0123.'],
};
const NOT_SERVED = 'Text messages are not sent to numbers of this country.';
const NO_NUMBER = { method: ['This account has no telephone number to send a code to.'] };

/**
 * Codes sent as text messages, to a number that is proven at enrolment. NIST restricts the
 * telephone network for this, because numbers are taken over and messages are intercepted: offer
 * another factor beside it [NIST SP 800-63B-4 §3.1.3.3].
 */
@Injectable()
export class SmsHandler extends SentCodeHandler<Partial<SmsFields>> {
  readonly setupSchema?: Type<SmsFields>;
  override readonly setupResponseSchema = SmsSetupResponse;
  private readonly gateway: SmsGateway;
  private readonly template: MessageTemplate;
  private readonly allowed: AllowedPrefixes;

  /** @throws {Error} when no gateway is bound, or an option is invalid */
  constructor(
    { applicationName }: HandlerDefaults,
    random: RandomSource,
    @Optional() gateway?: SmsGateway,
    @Optional() @Inject(SMS_HANDLER_OPTIONS) options: SmsHandlerOptions = {},
  ) {
    const { name = 'sms', displayName = 'Text message', address = 'asked', message } = options;
    const setupDetail = 'SMS verification code has been sent to your phone.';
    super({ ...options, name, displayName, amr: ['otp', 'sms'], setupDetail }, random);
    this.gateway = requiredPort(name, 'SmsGateway', gateway);
    if (!ADDRESS_CHOICE.accepts(address)) {
      throw new Error(`MFA handler "${name}": address takes ${ADDRESS_CHOICE.takes}.`);
    }
    this.allowed = new AllowedPrefixes(name, options.allowedPrefixes);
    if (address === 'asked') this.setupSchema = SmsFields;
    const { lifetimeSeconds } = this.codes;
    this.template = MessageTemplate.of({ name, message, applicationName, lifetimeSeconds });
  }

  protected addressFor(input: SetupInput<SentCodeState, Partial<SmsFields>>): string {
    const isAsked = this.setupSchema !== undefined;
    const { subject, fields } = input;
    const given = isAsked ? fields.phone_number : subject.addresses.phone;
    const number = normalizePhoneNumber(given ?? '');
    if (number === null) {
      throw new MfaError('validation_failed', { errors: isAsked ? NOT_A_NUMBER : NO_NUMBER });
    }
    if (this.allowed.allow(number)) return number;
    const field = isAsked ? 'phone_number' : 'method';
    throw new MfaError('validation_failed', { errors: { [field]: [NOT_SERVED] } });
  }

  protected mask(number: string): string {
    return maskPhone(number);
  }

  protected deliver({ address, code }: SentCode): Promise<void> {
    return this.gateway.send({ to: address, text: this.template.fill(code) });
  }
}

/** An {@link SmsHandler} with options of its own, as an entry of the module's list of handlers. */
export function smsHandler(options: SmsHandlerOptions): FactoryProvider<SmsHandler> {
  return {
    provide: Symbol(`SmsHandler ${options.name ?? 'sms'}`),
    useFactory: (defaults: HandlerDefaults, random: RandomSource, gateway?: SmsGateway) =>
      new SmsHandler(defaults, random, gateway, options),
    inject: [HandlerDefaults, RandomSource, { token: SmsGateway, optional: true }],
  };
}
