import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type PublicJwk, SigningKeys } from './signing-keys.js';

/** The keys by which others verify our access tokens. */
@ApiTags('Keys')
@Controller('.well-known')
export class JwksController {
  constructor(private readonly keys: SigningKeys) {}

  @Get('jwks.json')
  @Header('Cache-Control', 'public, max-age=300')
  @ApiOperation({
    summary: 'Public keys of the access tokens',
    description: 'A JSON Web Key Set [RFC 7517 §5]. Old keys stay until their tokens have ended.',
  })
  show(): { keys: PublicJwk[] } {
    return { keys: this.keys.publicJwks() };
  }
}
