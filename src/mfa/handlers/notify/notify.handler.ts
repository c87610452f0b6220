import { type FactoryProvider, Inject, Injectable, Optional, type Type } from '@nestjs/common';
import {
  type ChallengeInput,
  type ChallengeOutcome,
  type JsonObject,
  type MfaHandler,
  type SetupInput,
  type SetupOutcome,
  type VerifyInput,
  type VerifyOutcome,
} from '../../contract/handler.js';
import { CodeProof } from '../../contract/code-proof.js';
import { HandlerDefaults } from '../../kit/handler-defaults.js';
import { MessageTemplate } from '../../kit/message-template.js';
import { RandomSource } from '../../contract/random.js';
import { requiredPort } from '../../kit/required-port.js';
import { type SentCodeData } from '../../kit/sent-code.state.js';
import { SentCodes } from '../../kit/sent-codes.js';
import { destinationsOnOffer } from './destinations-on-offer.js';
import { type NotifyDestination, NotifyDestinations } from './notify-destinations.js';
import { type NotifyFields, notifyFieldsFor } from './notify.fields.js';
import { NOTIFY_HANDLER_OPTIONS, type NotifyHandlerOptions } from './notify.options.js';
import { NotifySetupResponse } from './notify.setup-response.js';
import { type NotifyState, parseNotifyState } from './notify.state.js';

/**
 * Codes sent to destinations that the operator set up; each person chooses some of them. One
 * successful delivery is enough. Anyone who reads a destination can answer for everyone who chose
 * it.
 */
@Injectable()
export class NotifyHandler implements MfaHandler<
  NotifyState,
  SentCodeData,
  NotifyFields,
  CodeProof
> {
  readonly name: string;
  readonly displayName: string;
  readonly amr = ['otp'];
  readonly requiresDispatch = true;
  readonly setupSchema: Type<NotifyFields>;
  readonly setupResponseSchema = NotifySetupResponse;
  readonly proofSchema = CodeProof;
  readonly stateVersion = 1;
  private readonly port: NotifyDestinations;
  private readonly offered: readonly NotifyDestination[];
  private readonly codes: SentCodes;
  private readonly template: MessageTemplate;

  /** @throws {Error} when nothing is on offer, no port is bound, or an option is invalid */
  constructor(
    { applicationName }: HandlerDefaults,
    random: RandomSource,
    @Optional() port?: NotifyDestinations,
    @Optional() @Inject(NOTIFY_HANDLER_OPTIONS) options: NotifyHandlerOptions = {},
  ) {
    const { name = 'notify', displayName = 'Notification', message, ...rest } = options;
    this.name = name;
    this.displayName = displayName;
    this.port = requiredPort(name, 'NotifyDestinations', port);
    this.offered = destinationsOnOffer(this.port.list(), { ...rest, name });
    this.setupSchema = notifyFieldsFor(this.offered);
    this.codes = new SentCodes({ ...rest, name }, random);
    const { lifetimeSeconds } = this.codes;
    this.template = MessageTemplate.of({ name, message, applicationName, lifetimeSeconds });
  }

  parseState(state: unknown, version: number): NotifyState {
    return parseNotifyState(state, version);
  }

  async setup(
    input: SetupInput<NotifyState, NotifyFields>,
  ): Promise<SetupOutcome<NotifyState, SentCodeData>> {
    const destinations = input.fields.destinations ?? this.offered.map(({ id }) => id);
    const state = { destinations };
    const { response, ...sending } = await this.challenge({ ...input, states: [state] });
    const detail = 'A verification code has been sent.';
    return { ...sending, state, response: { detail, ...response } };
  }

  async challenge(input: ChallengeInput<NotifyState>): Promise<ChallengeOutcome<SentCodeData>> {
    const { subject, states, now } = input;
    const chosen = this.chosenIn(states[0]);
    const { code, data } = this.codes.draw(now);
    const text = this.template.fill(code);
    // People share destinations: with one budget for all, one person could shut out the others.
    const addresses = chosen.map(({ id }) => `${this.name}:${id}:${subject.id}`);
    const send = () => this.sendToAny(chosen, text);
    return { data, response: this.describe(states[0]), delivery: { addresses, send } };
  }

  async verify(
    input: VerifyInput<NotifyState, SentCodeData, CodeProof>,
  ): Promise<VerifyOutcome<NotifyState>> {
    const { state, data, proof, now } = input;
    const isRight = this.codes.accepts({ data, code: proof.code, now });
    return isRight ? { ok: true, state } : { ok: false };
  }

  describe(state: NotifyState): JsonObject {
    return { sent_to: this.chosenIn(state).map(({ name }) => name) };
  }

  private chosenIn({ destinations }: NotifyState): readonly NotifyDestination[] {
    return this.offered.filter(({ id }) => destinations.includes(id));
  }

  private async sendToAny(chosen: readonly NotifyDestination[], text: string): Promise<void> {
    const sendings = chosen.map(async ({ id }) => this.port.deliver(id, text));
    const results = await Promise.allSettled(sendings);
    if (results.some(({ status }) => status === 'fulfilled')) return;
    throw new Error('No destination has taken the message.');
  }
}

/** A {@link NotifyHandler} with options of its own, as an entry of the module's list of handlers. */
export function notifyHandler(options: NotifyHandlerOptions): FactoryProvider<NotifyHandler> {
  return {
    provide: Symbol(`NotifyHandler ${options.name ?? 'notify'}`),
    useFactory: (defaults: HandlerDefaults, random: RandomSource, port?: NotifyDestinations) =>
      new NotifyHandler(defaults, random, port, options),
    inject: [HandlerDefaults, RandomSource, { token: NotifyDestinations, optional: true }],
  };
}
