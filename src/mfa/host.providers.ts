import { type Provider } from '@nestjs/common';
import { EventSubscribers } from './core/events/event-subscribers.js';
import { EVENT_CONSUMERS, type EventConsumer } from './core/ports/event-consumer.js';
import { HostPorts } from './core/ports/host-ports.js';
import {
  FactorChangeHook,
  MfaEventListener,
  PasswordProof,
  SessionCloser,
  SessionDirectory,
  SubjectDirectory,
  TokenIssuer,
} from './core/ports/ports.js';
import { AccessTokenReader } from './http/guards/access-token-reader.js';

/** The ports that a host binds. Optional ones may be absent. */
type BoundPorts = [
  subjects?: SubjectDirectory,
  tokens?: TokenIssuer,
  access?: AccessTokenReader,
  passwords?: PasswordProof,
  sessions?: SessionDirectory,
  sessionCloser?: SessionCloser,
  factorChanges?: FactorChangeHook,
];

/** In the order of {@link BoundPorts}. */
const PORTS = [
  SubjectDirectory,
  TokenIssuer,
  AccessTokenReader,
  PasswordProof,
  SessionDirectory,
  SessionCloser,
  FactorChangeHook,
];

/** The ports of the host. All are injected as optional, so that our own error names a missing one. */
export const HOST_PORTS: Provider = {
  provide: HostPorts,
  inject: PORTS.map((token) => ({ token, optional: true })),
  useFactory: (...[subjects, tokens, access, ...others]: BoundPorts) => {
    if (subjects === undefined) throw missingPort('SubjectDirectory');
    if (tokens === undefined) throw missingPort('TokenIssuer');
    if (access === undefined) throw missingPort('AccessTokenReader');
    const [passwords = null, sessions = null, sessionCloser = null, factorChanges = null] = others;
    const optional = { passwords, sessions, sessionCloser, factorChanges };
    return new HostPorts(subjects, tokens, optional);
  },
};

/** Binds the host's subscribers of events. Nothing injects it: Nest makes it with the application. */
export const BOUND_AUDIENCE: Provider = {
  provide: Symbol('BOUND_AUDIENCE'),
  inject: [
    EventSubscribers,
    { token: MfaEventListener, optional: true },
    { token: EVENT_CONSUMERS, optional: true },
  ],
  useFactory: (
    subscribers: EventSubscribers,
    listener?: MfaEventListener,
    consumers?: readonly EventConsumer[],
  ) => {
    subscribers.bind(listener ?? null, consumers ?? []);
    return subscribers;
  },
};

function missingPort(name: string): Error {
  return new Error(
    `MfaModule misses the port ${name}: provide it in a module that exports it, and give that module to forRoot in "imports".`,
  );
}
