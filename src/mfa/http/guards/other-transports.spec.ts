import { Logger } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { ExternalContextCreator } from '@nestjs/core/helpers/external-context-creator.js';
import { Test, type TestingModule } from '@nestjs/testing';
import { jest } from '@jest/globals';
import { addSeconds, Clock } from '../../contract/clock.js';
import { MfaError } from '../../contract/errors.js';
import { RandomSource, SystemRandomSource } from '../../contract/random.js';
import { type Actor, type Principal, SubjectResolver } from '../../core/access/actor.js';
import { FreshProof } from '../../core/access/fresh-proof.js';
import { PresentAccounts } from '../../core/access/present-accounts.js';
import { MfaOptions } from '../../core/options/mfa.options.js';
import { type BudgetedRequest, RequestBudget } from '../../core/ports/request-budget.js';
import { MethodStore } from '../../core/ports/stores.js';
import { FakeClock } from '../../testing/fake-clock.js';
import {
  RequireFreshProof,
  RequireMfa,
  RequireSignIn,
  SignedIn,
  SignedInAs,
} from '../decorators/signed-in.decorators.js';
import { MfaProblemFilter } from '../problems/problem.filter.js';
import { RouteMethods } from '../problems/route-methods.js';
import { type HttpRequest } from '../requests/http-request.js';
import { RequestWatch } from '../requests/request-watch.js';
import { AccessTokenReader, RequestSource } from './access-token-reader.js';
import { FreshProofGuard } from './fresh-proof.guard.js';
import { HostAccess } from './host-access.js';
import { RequireMfaGuard } from './require-mfa.guard.js';
import { EndsSessions, SignedInGuard } from './signed-in.guard.js';

/** What stands in the place of a resolver and of a gateway: their packages call it as this file does. */
class Payments {
  @RequireMfa({ maxAgeSeconds: 300 })
  pay(@SignedIn() { subjectId, client }: Actor): object {
    return { paidBy: subjectId, from: client.ip };
  }

  @RequireFreshProof()
  change(@SignedInAs() { subjectId }: Principal): object {
    return { changedBy: subjectId };
  }

  @RequireSignIn()
  refuse(): never {
    throw new MfaError('validation_failed', { errors: { amount: ['Too much.'] } });
  }

  @RequireSignIn()
  break(): never {
    throw new TypeError('of the host');
  }

  @RequireSignIn()
  @EndsSessions(true)
  leave(): object {
    return { left: true };
  }

  unguarded(@SignedIn() { subjectId }: Actor): object {
    return { seen: subjectId };
  }
}

/** A class and its method that both ask. */
@RequireSignIn()
class Vault {
  @RequireMfa({ maxAgeSeconds: 300 })
  open(): object {
    return { open: true };
  }
}

const clock = new FakeClock();
/** Who a token stands for. A test changes it. */
const sessions = new Map<string, Principal>();

/** Reads the header, in whatever has headers. */
class Tokens extends AccessTokenReader {
  asked = 0;

  async authenticate({ headers }: HttpRequest): Promise<Principal> {
    this.asked += 1;
    const [, token] = String(headers['authorization'] ?? '').split(' ');
    if (token === undefined) throw new MfaError('not_authenticated');
    const principal = sessions.get(token);
    if (principal === undefined) throw new MfaError('token_not_valid');
    return principal;
  }
}

const tokens = new Tokens();
const spent: BudgetedRequest[] = [];
const told: string[] = [];
const NO_METHODS = { subjectId: 'ada', methods: [], backupCodesId: null, version: 0 };

async function startModule(source?: RequestSource): Promise<TestingModule> {
  const spend = async (request: BudgetedRequest) => void spent.push(request);
  const refused = (_request: HttpRequest, code: string) => void told.push(code);
  return Test.createTestingModule({
    providers: [
      ...[Payments, Vault, HostAccess, SignedInGuard, RequireMfaGuard, FreshProofGuard],
      ...[MfaProblemFilter, RouteMethods, FreshProof],
      { provide: RandomSource, useClass: SystemRandomSource },
      { provide: Clock, useValue: clock },
      { provide: MethodStore, useValue: { read: async () => NO_METHODS } },
      { provide: PresentAccounts, useValue: { signedIn: async () => NO_METHODS } },
      { provide: SubjectResolver, useValue: { asOfNow: async (one: Principal) => one } },
      { provide: MfaOptions, useValue: { stepUpMaxAgeSeconds: 900 } },
      { provide: AccessTokenReader, useValue: tokens },
      { provide: RequestBudget, useValue: { spend } },
      { provide: RequestWatch, useValue: { refused, traceIdOf: () => undefined } },
      ...(source === undefined ? [] : [{ provide: RequestSource, useValue: source }]),
    ],
  }).compile();
}

/** Makes what Nest makes of a method: its guards, its parameters and its filters around it. */
function callable(module: TestingModule, type: string) {
  const creator = module.get(ExternalContextCreator);
  return (host: typeof Payments | typeof Vault, name: string, ...args: unknown[]) => {
    const instance: object = module.get(host);
    // Each method of both classes is named by a test.
    const callback = Reflect.get(instance, name) as () => unknown;
    const wrapped = creator.create(
      instance,
      callback,
      name,
      ROUTE_ARGS_METADATA,
      { exchangeKeyForValue: () => undefined },
      ...([undefined, undefined, undefined] as const),
      type,
    );
    return wrapped(...args) as Promise<unknown>;
  };
}

function sessionOf(subjectId: string, amr: string[], age = 0): Principal {
  const authenticatedAt = addSeconds(clock.now(), -age);
  return { subjectId, sessionId: `s-${subjectId}`, authenticatedAt, amr };
}

const TWO = ['pwd', 'otp', 'mfa'];

let module: TestingModule;
beforeAll(async () => {
  module = await startModule();
});
const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
beforeEach(() => {
  logged.mockClear();
  [spent, told].forEach((list) => list.splice(0));
  tokens.asked = 0;
  sessions.clear();
  sessions.set('ada', sessionOf('ada', TWO));
  sessions.set('ada-pwd', sessionOf('ada', ['pwd']));
  sessions.set('ada-old', sessionOf('ada', TWO, 301));
  sessions.set('mallory', sessionOf('mallory', TWO));
});

describe('a resolver of GraphQL', () => {
  const operationOf = (token?: string) => ({
    req: {
      method: 'POST',
      ip: '192.0.2.7',
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    },
  });
  const call = (
    host: typeof Payments | typeof Vault,
    name: string,
    context: object,
    kind = 'mutation',
  ) => callable(module, 'graphql')(host, name, {}, {}, context, { operation: { operation: kind } });
  const pay = (token?: string) => call(Payments, 'pay', operationOf(token));

  it('works for whoever has proven two factors lately', async () => {
    expect(await pay('ada')).toEqual({ paidBy: 'ada', from: '192.0.2.7' });
    expect(await call(Payments, 'change', operationOf('ada'))).toEqual({ changedBy: 'ada' });
  });

  it.each([
    [undefined, 'not_authenticated', 'Not authenticated'],
    ['forged', 'token_not_valid', 'Token not valid'],
    ['ada-pwd', 'fresh_proof_required', 'Fresh proof required'],
    ['ada-old', 'fresh_proof_required', 'Fresh proof required'],
  ])('refuses the token %s with the problem as extensions', async (token, code, title) => {
    await expect(pay(token)).rejects.toMatchObject({
      message: expect.any(String),
      extensions: { code, title, status: 401, type: `urn:nestjs-mfa:problem:${code}` },
    });
    expect(told).toEqual([code]);
  });

  it('has exactly the members that the body has over HTTP, but for the path', async () => {
    await expect(pay('ada-pwd')).rejects.toHaveProperty('extensions', {
      type: 'urn:nestjs-mfa:problem:fresh_proof_required',
      title: 'Fresh proof required',
      status: 401,
      detail: 'This needs a more recent or a stronger proof of who you are.',
      code: 'fresh_proof_required',
      max_age: 300,
      acr_values: 'urn:nestjs-mfa:acr:2',
    });
  });

  it('gives texts by field', async () => {
    await expect(call(Payments, 'refuse', operationOf('ada'))).rejects.toMatchObject({
      extensions: { code: 'validation_failed', errors: { amount: ['Too much.'] } },
    });
  });

  it('leaves other errors to the host', async () => {
    await expect(call(Payments, 'break', operationOf('ada'))).rejects.toEqual(
      new TypeError('of the host'),
    );
    expect(told).toEqual([]);
  });

  it('asks the host once for each field, and counts each', async () => {
    const operation = operationOf('ada');
    await call(Vault, 'open', operation);
    expect(tokens.asked).toBe(1);
    await call(Vault, 'open', operation, 'query');
    expect(tokens.asked).toBe(2);
    await call(Payments, 'leave', operation);
    expect(spent.map(({ kind }) => kind)).toEqual(['write', 'read', 'ending']);
    expect(spent[0]).toEqual({
      ...{ kind: 'write', subjectId: 'ada', credentialId: 's-ada', ip: '192.0.2.7' },
    });
  });

  it('does not take the sender of one field for that of another, which has no guard', async () => {
    const operation = operationOf('ada');
    await call(Payments, 'pay', operation);
    await expect(call(Payments, 'unguarded', operation)).rejects.toThrow(
      'Payments.unguarded lacks @RequireSignIn().',
    );
    await expect(call(Payments, 'unguarded', operationOf('ada'))).rejects.toThrow(
      'This route lacks @UseGuards(SignedInGuard).',
    );
  });

  it('names a failure that is logged, even of a call without a request', () => {
    const host = new ExecutionContextHost([]);
    host.setType('graphql');
    const answer = () => module.get(MfaProblemFilter).catch(new MfaError('internal'), host);
    const trace_id = expect.stringMatching(/^[0-9a-f]{32}$/);
    expect(answer).toThrow(
      expect.objectContaining({
        extensions: expect.objectContaining({ code: 'internal', trace_id }),
      }),
    );
    expect(logged).toHaveBeenCalledTimes(1);
    expect(told).toEqual([]);
  });

  it('fails where the context has no request', async () => {
    await expect(call(Payments, 'pay', {})).rejects.toThrow(
      'nestjs-mfa found no request in the GraphQL context',
    );
    expect(tokens.asked).toBe(0);
  });
});

describe('a gateway of WebSockets', () => {
  /** A connection of socket.io, and what it was sent. */
  function connect(token?: string) {
    const sent: unknown[][] = [];
    const handshake = { headers: {}, address: '192.0.2.9', auth: { token } };
    const client = { handshake, emit: (...message: unknown[]) => sent.push(message) };
    return { client, sent };
  }

  // Unlike the package for gateways, the creator that stands for it here passes the refusal on.
  const send = (client: object, name: string, on = module) =>
    callable(on, 'ws')(Payments, name, client, {}, name).catch((refusal: unknown) => refusal);

  it('works for whoever has proven two factors lately', async () => {
    const { client, sent } = connect('ada');
    expect(await send(client, 'pay')).toEqual({ paidBy: 'ada', from: '192.0.2.9' });
    expect(sent).toEqual([]);
  });

  it.each([
    [undefined, 'not_authenticated'],
    ['forged', 'token_not_valid'],
    ['ada-pwd', 'fresh_proof_required'],
    ['ada-old', 'fresh_proof_required'],
  ])('refuses the token %s by the event of exceptions', async (token, code) => {
    const { client, sent } = connect(token);
    await send(client, 'pay');
    expect(sent).toEqual([
      ['exception', expect.objectContaining({ code, status: 401, instance: 'pay' })],
    ]);
    expect(told).toEqual([code]);
  });

  it('sends text to a client of ws, whose emit stays in the process', async () => {
    const sent: string[] = [];
    const client = {
      readyState: 1,
      request: { headers: { authorization: 'Bearer ada-pwd' } },
      send: (text: string) => sent.push(text),
      emit: () => sent.push('within the process'),
    };
    await send(client, 'pay');
    expect(sent.map((text) => JSON.parse(text))).toEqual([
      { event: 'exception', data: expect.objectContaining({ code: 'fresh_proof_required' }) },
    ]);
    await expect(send({ request: { headers: {} } }, 'pay')).resolves.toBeInstanceOf(MfaError);
  });

  it('judges each message: the next one after the session ended is refused', async () => {
    const { client, sent } = connect('ada');
    expect(await send(client, 'pay')).toHaveProperty('paidBy');
    sessions.delete('ada');
    await send(client, 'pay');
    expect(sent).toEqual([['exception', expect.objectContaining({ code: 'token_not_valid' })]]);
  });

  it('judges each message: the proof grows old while the connection is open', async () => {
    const { client, sent } = connect('ada');
    expect(await send(client, 'pay')).toHaveProperty('paidBy');
    sessions.set('ada', sessionOf('ada', TWO, 301));
    await send(client, 'pay');
    expect(sent).toEqual([['exception', expect.objectContaining({ max_age: 300 })]]);
  });

  it('counts each message as one that may write', async () => {
    const { client } = connect('ada');
    await send(client, 'pay');
    await send(client, 'pay');
    expect(spent.map(({ kind }) => kind)).toEqual(['write', 'write']);
  });

  it('is of one subject, even if the token changes', async () => {
    const { client, sent } = connect('ada-pwd');
    await send(client, 'leave');
    client.handshake.auth.token = 'ada';
    expect(await send(client, 'pay')).toHaveProperty('paidBy');
    client.handshake.auth.token = 'mallory';
    await send(client, 'pay');
    expect(sent).toEqual([['exception', expect.objectContaining({ code: 'token_not_valid' })]]);
    expect(spent).toHaveLength(2);
  });

  it('does not take the sender of an earlier message for that of one without a guard', async () => {
    const { client } = connect('ada');
    await send(client, 'pay');
    await expect(send(client, 'unguarded')).resolves.toThrow('lacks @RequireSignIn().');
  });

  it('judges a message by its own sender, whatever another one brings meanwhile', async () => {
    const { client } = connect('ada-pwd');
    const messageOf = () => {
      const context = new ExecutionContextHost(
        [client, {}, 'pay'],
        Payments,
        Payments.prototype.pay,
      );
      context.setType('ws');
      return context;
    };
    const [weak, strong] = [messageOf(), messageOf()];
    const [signedIn, requireMfa] = [module.get(SignedInGuard), module.get(RequireMfaGuard)];
    await signedIn.canActivate(weak);
    client.handshake.auth.token = 'ada';
    await signedIn.canActivate(strong);
    expect(await requireMfa.canActivate(strong)).toBe(true);
    await expect(requireMfa.canActivate(weak)).rejects.toMatchObject({
      code: 'fresh_proof_required',
    });
  });

  it('takes the request from where the host says', async () => {
    class OfFirstMessage extends RequestSource {
      override requestOf(): HttpRequest {
        return { headers: { authorization: 'Bearer ada' }, ip: '198.51.100.1' };
      }
    }
    const own = await startModule(new OfFirstMessage());
    expect(await send(connect().client, 'pay', own)).toEqual({
      paidBy: 'ada',
      from: '198.51.100.1',
    });
  });
});

describe('another transport', () => {
  it('is refused, whatever it carries', async () => {
    const request = { headers: { authorization: 'Bearer ada' } };
    await expect(callable(module, 'rpc')(Payments, 'pay', request)).rejects.toThrow(
      'nestjs-mfa guards HTTP, GraphQL and WebSockets, and not "rpc".',
    );
  });
});
