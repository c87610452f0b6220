import { Controller, Get, Injectable, Module, NotFoundException, Post } from '@nestjs/common';
import { type AbstractHttpAdapter } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  AccessTokenReader,
  type Actor,
  ACR,
  addSeconds,
  Clock,
  type HttpRequest,
  MFA_ENTITIES,
  MFA_MIGRATIONS,
  MfaError,
  MfaModule,
  type MfaPassed,
  type Principal,
  RequireFreshProof,
  RequireMfa,
  SignedIn,
  RequireSignIn,
  type Subject,
  SubjectDirectory,
  TokenIssuer,
} from '../../../src/mfa/index.js';
import { FakeClock } from '../../../src/mfa/testing/index.js';
import { AppHandler } from '../../../src/mfa/handlers/app/index.js';
import { HttpClient, type Reply } from '../../support/http-client.js';
import { PLATFORMS } from '../../support/library-http-app.js';
import { expectFreshProofAsked } from '../../support/old-proof.js';
import { createTestDatabase } from '../../support/test-database.js';

const MINUTE = 60;
const HOUR = 3600;

/** Believes a token that says what was proven, and how many seconds ago: `pwd,otp,mfa:90`. */
@Injectable()
class Trust extends AccessTokenReader {
  constructor(private readonly clock: Clock) {
    super();
  }

  async authenticate({ headers }: HttpRequest): Promise<Principal> {
    const [, token] = String(headers['authorization'] ?? '').split(' ');
    if (token === undefined) throw new MfaError('not_authenticated');
    if (!token.includes(':')) throw new MfaError('token_not_valid');
    const [amr = '', age = ''] = token.split(':');
    return {
      subjectId: 'ada',
      sessionId: null,
      authenticatedAt: age === '' ? null : addSeconds(this.clock.now(), -Number(age)),
      amr: amr === '' ? [] : amr.split(','),
    };
  }
}

class Everybody extends SubjectDirectory {
  async find(id: string): Promise<Subject> {
    return { id, displayName: id, addresses: {}, isEnabled: true, credentialsVersion: '1' };
  }
}

class NoTokens extends TokenIssuer {
  async issue({ subject }: MfaPassed) {
    return { body: { access: subject.id }, rows: [] };
  }
}

/** A host's own routes, in a module that knows nothing of the ports. */
@Controller('payments')
class PaymentsController {
  @Get()
  list(): string[] {
    return [];
  }

  @Post()
  @RequireMfa({ maxAgeSeconds: 5 * MINUTE })
  pay(@SignedIn() { subjectId }: Actor): object {
    return { paidBy: subjectId };
  }

  @Post('large')
  @RequireMfa({ maxAgeSeconds: MINUTE, amr: ['hwk', 'mfa'] })
  payMuch(): object {
    return { paid: 'much' };
  }

  @Post('small')
  @RequireMfa({ maxAgeSeconds: HOUR, acr: ACR.singleFactor })
  payLittle(): object {
    return { paid: 'little' };
  }

  @Post('missing')
  @RequireMfa({ maxAgeSeconds: HOUR })
  payNobody(): never {
    throw new NotFoundException('Nobody is called so.');
  }

  @Post('account')
  @RequireFreshProof()
  changeAccount(): object {
    return { changed: true };
  }
}

/** The demand of a controller, and one route that demands something else. */
@Controller('vault')
@RequireMfa({ maxAgeSeconds: 5 * MINUTE, amr: undefined, acr: undefined })
class VaultController {
  @Get()
  open(): object {
    return { open: true };
  }

  @Get('label')
  @RequireMfa({ maxAgeSeconds: HOUR, acr: ACR.noFactor })
  label(): object {
    return { label: 'Vault' };
  }
}

@Controller('profile')
@RequireSignIn()
class ProfileController {
  @Get()
  show(@SignedIn() { subjectId }: Actor): object {
    return { id: subjectId };
  }
}

@Module({ controllers: [PaymentsController, VaultController, ProfileController] })
class HostModule {}

const PORTS = [
  { provide: AccessTokenReader, useClass: Trust },
  { provide: SubjectDirectory, useClass: Everybody },
  { provide: TokenIssuer, useClass: NoTokens },
];

@Module({ providers: PORTS, exports: PORTS })
class PortsModule {}

async function startHost(adapter: AbstractHttpAdapter) {
  const database = await createTestDatabase();
  const typeOrm = TypeOrmModule.forRoot({
    type: 'postgres',
    url: database.url,
    entities: MFA_ENTITIES,
    migrations: MFA_MIGRATIONS,
    migrationsRun: true,
    installExtensions: false,
    poolSize: 1,
  });
  const mfa = MfaModule.forRoot([AppHandler], {
    secretKeys: [{ id: 'test', key: Buffer.alloc(32, 7) }],
    imports: [PortsModule],
    providers: [{ provide: Clock, useValue: new FakeClock() }],
  });
  const module = await Test.createTestingModule({ imports: [typeOrm, mfa, HostModule] }).compile();
  const app = module.createNestApplication(adapter, { logger: false });
  await app.listen(0, '127.0.0.1');
  const stop = async () => {
    await app.close();
    await database.drop();
  };
  return { client: new HttpClient(await app.getUrl()), stop };
}

describe.each(PLATFORMS)('routes of a host on %s', (_, adapter) => {
  let host: Awaited<ReturnType<typeof startHost>>;
  beforeAll(async () => {
    host = await startHost(adapter());
  });
  afterAll(() => host.stop());

  const post = (path: string, access?: string): Promise<Reply> =>
    host.client.post(`//${path}`, {}, access);
  const get = (path: string, access?: string): Promise<Reply> =>
    host.client.get(`//${path}`, access);

  it('answer whoever has proven two factors lately', async () => {
    const { status, body } = await post('payments', 'pwd,otp,mfa:300');
    expect([status, body]).toEqual([201, { paidBy: 'ada' }]);
  });

  it.each([
    ['is too old', 'pwd,otp,mfa:301'],
    ['is of one factor', 'pwd:10'],
    ['has no time', 'pwd,otp,mfa:'],
    ['is of nothing', ':10'],
    ['will be given in the future', 'pwd,otp,mfa:-61'],
  ])('say what would do where the proof %s', async (_name, access) => {
    expectFreshProofAsked(await post('payments', access), ACR.twoFactors, 300);
  });

  it('bear that the clocks of two servers differ by a minute', async () => {
    expect((await post('payments', 'pwd,otp,mfa:-60')).status).toBe(201);
  });

  it('ask for every method reference that they name', async () => {
    expect((await post('payments/large', 'pwd,hwk,user,mfa:60')).status).toBe(201);
    for (const access of ['pwd,otp,mfa:10', 'pwd,hwk:10', 'pwd,hwk,mfa:61']) {
      expectFreshProofAsked(await post('payments/large', access), ACR.twoFactors, 60);
    }
  });

  it('take one factor where that is said', async () => {
    expect((await post('payments/small', 'pwd:3600')).status).toBe(201);
    expect((await post('payments/small', 'pwd,otp,mfa:10')).status).toBe(201);
    expectFreshProofAsked(await post('payments/small', ':10'), ACR.singleFactor, HOUR);
  });

  it('inherit the demand of their controller, unless they have their own', async () => {
    expect((await get('vault', 'pwd,otp,mfa:10')).body).toEqual({ open: true });
    expectFreshProofAsked(await get('vault', 'pwd:10'), ACR.twoFactors, 300);
    expect((await get('vault/label', ':3600')).body).toEqual({ label: 'Vault' });
    expectFreshProofAsked(await get('vault/label', ':3601'), ACR.noFactor, HOUR);
  });

  it.each(['payments', 'payments/account'])('ask a stranger at %s to sign in', async (path) => {
    const stranger = await post(path);
    expect(stranger.body).toMatchObject({ status: 401, code: 'not_authenticated' });
    expect(stranger.headers.get('www-authenticate')).toBe('Bearer');
    const bad = await post(path, 'garbage');
    expect(bad.body).toMatchObject({ status: 401, code: 'token_not_valid' });
    expect(bad.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  });

  it('may ask for what the library asks before factors are changed', async () => {
    expect((await post('payments/account', 'pwd:900')).body).toEqual({ changed: true });
    expectFreshProofAsked(await post('payments/account', 'pwd:901'), ACR.singleFactor);
  });

  it('may ask for an access token and nothing more', async () => {
    expect((await get('profile', 'pwd:99999')).body).toEqual({ id: 'ada' });
    expect((await get('profile')).body).toMatchObject({ status: 401, code: 'not_authenticated' });
  });

  it('keep their own failures, and those that ask for nothing their freedom', async () => {
    const { status, body } = await post('payments/missing', 'pwd,otp,mfa:10');
    expect([status, body.message]).toEqual([404, 'Nobody is called so.']);
    expect((await get('payments')).body).toEqual([]);
  });
});

it.each([0, -1, 1.5, NaN, Infinity])('takes no age of %p seconds', (maxAgeSeconds) => {
  expect(() => RequireMfa({ maxAgeSeconds })).toThrow(
    new RangeError('RequireMfa: maxAgeSeconds takes a whole number above 0.'),
  );
});
