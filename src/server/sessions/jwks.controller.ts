import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { JwksResponse } from './jwks.response.js';
import { SigningKeys } from './signing-keys.js';

/** The keys with which others verify our access tokens. */
@ApiTags('Keys')
@Controller('.well-known')
export class JwksController {
  constructor(private readonly keys: SigningKeys) {}

  @Get('jwks.json')
  @Header('Cache-Control', 'public, max-age=300')
  @ApiOperation({
    operationId: 'listKeys',
    summary: 'Public keys of the access tokens',
    description: 'A JSON Web Key Set [RFC 7517 §5]. Old keys stay until their tokens have ended.',
  })
  @ApiOkResponse({ type: JwksResponse })
  show(): JwksResponse {
    return { keys: this.keys.publicJwks() };
  }
}
