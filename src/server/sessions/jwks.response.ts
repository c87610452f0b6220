import { ApiProperty } from '@nestjs/swagger';
import { type PublicJwk } from './signing-keys.js';

/** A public key [RFC 7517 §4, RFC 7518 §6.2.1]. */
export class PublicJwkResponse implements PublicJwk {
  @ApiProperty({ example: 'EC' }) readonly kty!: string;
  @ApiProperty({ example: 'P-256' }) readonly crv!: string;
  @ApiProperty({ example: '<base64url>' }) readonly x!: string;
  @ApiProperty({ example: '<base64url>' }) readonly y!: string;
  @ApiProperty({ description: 'As in the header of tokens.' }) readonly kid!: string;
  @ApiProperty({ enum: ['sig'] }) readonly use!: 'sig';
  @ApiProperty({ enum: ['ES256'] }) readonly alg!: 'ES256';
}

/** A JSON Web Key Set [RFC 7517 §5]. */
export class JwksResponse {
  @ApiProperty({ type: [PublicJwkResponse] })
  readonly keys!: readonly PublicJwkResponse[];
}
