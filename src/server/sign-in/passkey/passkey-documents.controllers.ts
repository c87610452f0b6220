import { Controller, Get, Header, type Type } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
  ApiTags,
} from '@nestjs/swagger';
import { ServerConfig } from '../../config/server-config.js';

/** Origins that may use the keys of this host. */
class RelatedOriginsResponse {
  @ApiProperty({ type: [String], example: ['https://app.example.com'] })
  origins!: readonly string[];
}

/** Pages about passkeys. */
class PasskeyEndpointsResponse {
  @ApiPropertyOptional({ example: 'https://app.example.org/passkeys/new' })
  enroll?: string;

  @ApiPropertyOptional({ example: 'https://app.example.org/passkeys' })
  manage?: string;
}

/** Tells browsers of other domains that may use the same keys. */
@ApiTags('Sign-in')
@Controller('.well-known/webauthn')
class RelatedOriginsController {
  constructor(private readonly config: ServerConfig) {}

  @Get()
  @Header('Cache-Control', 'public, max-age=300')
  @ApiOperation({
    operationId: 'listRelatedOrigins',
    summary: 'Origins that may use the security keys of this host',
    description: 'Related origin requests [WebAuthn Level 3 §5.11].',
  })
  @ApiOkResponse({ type: RelatedOriginsResponse })
  show(): RelatedOriginsResponse {
    return { origins: this.config.webAuthn.relatedOrigins };
  }
}

/** Tells password managers where people make and manage passkeys. */
@ApiTags('Sign-in')
@Controller('.well-known/passkey-endpoints')
class PasskeyEndpointsController {
  constructor(private readonly config: ServerConfig) {}

  @Get()
  @Header('Cache-Control', 'public, max-age=300')
  @ApiOperation({
    operationId: 'listPasskeyEndpoints',
    summary: 'Pages on which people make and manage passkeys',
    description: 'A Well-Known URL for Relying Party Passkey Endpoints (W3C).',
  })
  @ApiOkResponse({ type: PasskeyEndpointsResponse })
  show(): PasskeyEndpointsResponse {
    const { enroll, manage } = this.config.passkeyPages;
    return { ...(enroll !== null && { enroll }), ...(manage !== null && { manage }) };
  }
}

/** The documents that have something to tell. */
export function passkeyDocumentsOf({
  webAuthn,
  passkeyPages: { enroll, manage },
}: Pick<ServerConfig, 'webAuthn' | 'passkeyPages'>): Type<object>[] {
  return [
    ...(webAuthn.relatedOrigins.length > 0 ? [RelatedOriginsController] : []),
    ...((enroll ?? manage) !== null ? [PasskeyEndpointsController] : []),
  ];
}
