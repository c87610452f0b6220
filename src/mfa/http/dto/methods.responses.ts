import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { type MfaHandler, type JsonObject } from '../../contract/handler.js';
import { type SetUpResult } from '../../core/methods/enrolment.service.js';
import { type MethodView } from '../../core/methods/method-view.js';
import { jsonSchemaOf, setUpSchemaOf } from '../schemas/json-schema.js';

const TIME = { type: String, format: 'date-time', nullable: true, example: '2026-01-31T08:00:00Z' };
const ANY_OBJECT = { type: 'object', additionalProperties: true } as const;

/** One entry of the list of methods. */
export class MethodResponse {
  @ApiProperty({ example: 'app' }) readonly name: string;
  @ApiProperty({ example: 'Authenticator app' }) readonly display_name: string;
  @ApiProperty({ description: 'A login asks for it.', example: true }) readonly is_active: boolean;
  @ApiProperty({ description: 'A login asks for it first.', example: true })
  readonly is_primary: boolean;
  @ApiProperty({ description: 'Set up, confirmed or not.', example: true })
  readonly is_setup: boolean;
  @ApiProperty(TIME) readonly created_at: string | null;
  @ApiProperty(TIME) readonly confirmed_at: string | null;
  @ApiProperty(TIME) readonly last_used_at: string | null;
  @ApiProperty({ ...ANY_OBJECT, description: 'Never a secret.', example: {} })
  readonly details: JsonObject;

  constructor(view: MethodView) {
    this.name = view.name;
    this.display_name = view.displayName;
    this.is_active = view.isActive;
    this.is_primary = view.isPrimary;
    this.is_setup = view.isSetUp;
    this.created_at = view.createdAt?.toISOString() ?? null;
    this.confirmed_at = view.confirmedAt?.toISOString() ?? null;
    this.last_used_at = view.lastUsedAt?.toISOString() ?? null;
    this.details = view.details;
  }
}

/** One entry of the list of handlers. A client can draw the forms of an unknown handler from it. */
export class HandlerResponse {
  @ApiProperty({ example: 'email' }) readonly name: string;
  @ApiProperty({ example: 'Email' }) readonly display_name: string;
  @ApiProperty({ description: 'Codes are sent: `resend/` and `send/` work.', example: true })
  readonly requires_dispatch: boolean;
  @ApiProperty({ ...ANY_OBJECT, description: 'JSON Schema of what set-up asks beside `method`.' })
  readonly setup_schema: JsonObject;
  @ApiProperty({ ...ANY_OBJECT, description: 'JSON Schema of the proof.' })
  readonly input_schema: JsonObject;

  constructor(handler: MfaHandler) {
    this.name = handler.name;
    this.display_name = handler.displayName;
    this.requires_dispatch = handler.requiresDispatch;
    this.setup_schema = setUpSchemaOf(handler);
    this.input_schema = jsonSchemaOf(handler.proofSchema);
  }
}

/** Answer to a set-up. A handler may repeat members of `setup_data` beside these. */
export class EnrolmentResponse {
  @ApiProperty({ example: 'app' }) readonly method: string;
  /** Each handler documents its own members; see `answersOf`. */
  @ApiProperty({ type: 'object', properties: {}, description: 'Shown this once.' })
  readonly setup_data: JsonObject;
  @ApiProperty({
    type: [String],
    description: 'The new set where no method is active yet, else empty. Shown this once.',
    example: ['<backup code>'],
  })
  readonly backup_codes: readonly string[];
  @ApiProperty({ type: 'integer', example: 5 }) readonly backup_codes_remaining: number;
  @ApiPropertyOptional({
    description: 'Where the method holds several authenticators: which one this is.',
    format: 'uuid',
  })
  readonly authenticator_id?: string;

  constructor(result: SetUpResult) {
    // The handler's members come first, so that they cannot replace these.
    Object.assign(this, result.topLevel);
    this.method = result.method;
    this.setup_data = result.setupData;
    this.backup_codes = result.backupCodes;
    this.backup_codes_remaining = result.backupCodesRemaining;
    if (result.authenticatorId !== null) this.authenticator_id = result.authenticatorId;
  }
}

/** The client makes the proof of a method from it. */
export class ChallengeResponse {
  @ApiProperty({
    ...ANY_OBJECT,
    nullable: true,
    description: 'What the method shows the client, or null.',
    example: { sent_to: 'a•••@example.org' },
  })
  readonly challenge!: JsonObject | null;
}

/** One of several authenticators. */
export class AuthenticatorResponse {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ example: 'Phone' }) readonly label!: string;
  @ApiProperty({ ...TIME, nullable: false }) readonly created_at!: string;
  @ApiProperty(TIME) readonly confirmed_at!: string | null;
  @ApiProperty(TIME) readonly last_used_at!: string | null;
}

/** An answer with nothing but a sentence. */
export class MfaDetailResponse {
  @ApiProperty() readonly detail!: string;
}
