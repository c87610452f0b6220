import { type INestApplication } from '@nestjs/common';
import { type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { BackupCodeService } from '../../src/mfa/core/methods/backup-code.service.js';
import { DeviceService } from '../../src/mfa/core/devices/device.service.js';
import { EnrolmentService } from '../../src/mfa/core/methods/enrolment.service.js';
import { EphemeralTokens } from '../../src/mfa/core/keys/ephemeral-token.js';
import { MfaError } from '../../src/mfa/contract/errors.js';
import { type MfaHandler } from '../../src/mfa/contract/handler.js';
import { HandlerRegistry } from '../../src/mfa/core/ceremony/handler-registry.js';
import { LoginService } from '../../src/mfa/core/login/login.service.js';
import { MethodAskingService } from '../../src/mfa/core/methods/method-asking.service.js';
import { MethodRemoval } from '../../src/mfa/core/methods/method-removal.js';
import { MethodService } from '../../src/mfa/core/methods/method.service.js';
import { MfaOptions, resolveMfaOptions } from '../../src/mfa/core/options/mfa.options.js';
import { FreshProof } from '../../src/mfa/core/access/fresh-proof.js';
import { StepUpService } from '../../src/mfa/core/login/step-up.service.js';
import { Clock } from '../../src/mfa/contract/clock.js';
import { FakeClock } from '../../src/mfa/testing/index.js';
import { type Principal } from '../../src/mfa/core/access/actor.js';
import { AccessTokenReader } from '../../src/mfa/http/guards/access-token-reader.js';
import { type HttpRequest } from '../../src/mfa/http/requests/http-request.js';
import { MFA_CONTROLLERS, MFA_HTTP_PROVIDERS } from '../../src/mfa/http.providers.js';
import { CodeProof } from '../../src/mfa/contract/code-proof.js';
import { RandomSource, SystemRandomSource } from '../../src/mfa/contract/random.js';

export class PhoneFields {
  @ApiProperty({ description: 'Where codes go.', example: '+1 555 0100' })
  @IsString()
  @MaxLength(32)
  readonly phone!: string;
}

export class KeySetupResponse {
  @ApiProperty({ example: '<challenge>' })
  readonly challenge!: string;
}

export class KeyProof {
  @IsString()
  @MaxLength(100)
  readonly credential!: string;
}

function handlerOf(name: string, members: Partial<MfaHandler>): MfaHandler {
  return {
    name,
    displayName: name.toUpperCase(),
    amr: [],
    requiresDispatch: false,
    proofSchema: CodeProof,
    stateVersion: 1,
    parseState: () => ({}),
    setup: async () => ({ state: {}, response: {} }),
    verify: async () => ({ ok: false }),
    describe: () => ({}),
    ...members,
  };
}

/** Two handlers that ask for a code, and one that asks for something else. */
export const HTTP_HANDLERS: readonly MfaHandler[] = [
  handlerOf('app', {}),
  handlerOf('text_message', {
    requiresDispatch: true,
    setupSchema: PhoneFields,
    challenge: async () => ({ data: null, response: {} }),
  }),
  handlerOf('key', { proofSchema: KeyProof, setupResponseSchema: KeySetupResponse }),
];

class BearerGuard extends AccessTokenReader {
  async authenticate(request: unknown): Promise<Principal> {
    // Requests of both platforms have headers.
    const { authorization } = (request as HttpRequest).headers;
    if (authorization === undefined) throw new MfaError('not_authenticated');
    if (authorization !== 'Bearer good') throw new MfaError('token_not_valid');
    return { subjectId: 'u1', sessionId: null, authenticatedAt: null, amr: [] };
  }
}

/** The stubs that replace the core. */
export interface StubbedCore {
  readonly login?: Partial<LoginService>;
  readonly enrolment?: Partial<EnrolmentService>;
  readonly asking?: Partial<MethodAskingService>;
  readonly methods?: Partial<MethodService>;
  readonly removal?: Partial<MethodRemoval>;
  readonly backupCodes?: Partial<BackupCodeService>;
  readonly stepUp?: Partial<StepUpService>;
  readonly devices?: Partial<DeviceService>;
  /** Absent: every proof is fresh. */
  readonly freshProof?: Pick<FreshProof, 'require'>;
}

const ephemeralTokens: Pick<EphemeralTokens, 'verify'> = {
  verify: (token) => {
    if (token !== 'open') throw new MfaError('invalid_token');
    return { subjectId: 'u1', challengeId: 'c1', purpose: 'login' };
  },
};

/** The two platforms that the library is written for. */
export const PLATFORMS: readonly [name: string, adapter: () => AbstractHttpAdapter][] = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter({ routerOptions: { ignoreTrailingSlash: true } })],
];

const OPTIONS = resolveMfaOptions({
  secretKeys: [{ id: 'k', key: Buffer.alloc(32, 7) }],
  trustedDevices: 'on',
});

/** The library's HTTP layer on a stubbed core; not listening yet. */
export async function libraryHttpApp(
  adapter: AbstractHttpAdapter,
  core: StubbedCore = {},
): Promise<INestApplication> {
  const module = await Test.createTestingModule({
    controllers: [...MFA_CONTROLLERS],
    providers: [
      ...MFA_HTTP_PROVIDERS,
      { provide: AccessTokenReader, useClass: BearerGuard },
      { provide: RandomSource, useClass: SystemRandomSource },
      { provide: HandlerRegistry, useValue: new HandlerRegistry(HTTP_HANDLERS) },
      { provide: EphemeralTokens, useValue: ephemeralTokens },
      { provide: LoginService, useValue: core.login ?? {} },
      { provide: EnrolmentService, useValue: core.enrolment ?? {} },
      { provide: MethodAskingService, useValue: core.asking ?? {} },
      { provide: MethodService, useValue: core.methods ?? {} },
      { provide: MethodRemoval, useValue: core.removal ?? {} },
      { provide: BackupCodeService, useValue: core.backupCodes ?? {} },
      { provide: StepUpService, useValue: core.stepUp ?? {} },
      { provide: DeviceService, useValue: core.devices ?? {} },
      { provide: MfaOptions, useValue: OPTIONS },
      {
        provide: FreshProof,
        useValue: core.freshProof ?? {
          require: async () => ({ subjectId: 'u1', methods: [], version: 0 }),
        },
      },
      { provide: Clock, useValue: new FakeClock() },
    ],
  }).compile();
  return module.createNestApplication(adapter, { logger: false });
}
