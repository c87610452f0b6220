import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';

/** A key's answer, reduced to the members that are used [WebAuthn Level 3 §5.1]. */
export interface CredentialJson {
  readonly id: string;
  readonly rawId: string;
  readonly type: 'public-key';
  readonly response: RegistrationJson | AssertionJson;
  readonly clientExtensionResults?: ExtensionResults | null;
}

/** What the browser says of a new credential [WebAuthn Level 3 §10.1.3]. */
interface ExtensionResults {
  /** `rk`: whether it is discoverable. */
  readonly credProps?: { readonly rk?: boolean };
}

/** The answer to creation options. */
export interface RegistrationJson {
  readonly clientDataJSON: string;
  readonly attestationObject: string;
  readonly transports?: readonly string[] | null;
}

/** The answer to request options. */
export interface AssertionJson {
  readonly clientDataJSON: string;
  readonly authenticatorData: string;
  readonly signature: string;
  readonly userHandle?: string | null;
}

/** The number of base64url characters for this many bytes. */
const inBase64Url = (byteLength: number) => Math.ceil((byteLength * 4) / 3);

/**
 * Longest values in characters: WebAuthn Level 3 §4 bounds the identifiers; the rest is several
 * times what keys send.
 */
const LONGEST = {
  id: inBase64Url(1023),
  userHandle: inBase64Url(64),
  clientDataJSON: inBase64Url(4096),
  attestationObject: inBase64Url(16_384),
  authenticatorData: inBase64Url(4096),
  signature: inBase64Url(2048),
};
const MOST_TRANSPORTS = 10;
const TRANSPORT = /^[a-z-]{1,32}$/;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/**
 * Whether this is the JSON form of an answered credential: every member that is used has its form
 * and keeps its bounds. Other members, which browsers add, are ignored.
 */
function isCredential(value: unknown): value is CredentialJson {
  const { id, rawId, type, response, clientExtensionResults } = membersOf(value);
  const { clientDataJSON, ...answer } = membersOf(response);
  return (
    type === 'public-key' &&
    id === rawId &&
    isBase64Url(id, LONGEST.id) &&
    isBase64Url(clientDataJSON, LONGEST.clientDataJSON) &&
    areExtensionResults(clientExtensionResults) &&
    (isRegistration(answer) || isAssertion(answer))
  );
}

function areExtensionResults(results: unknown): boolean {
  const { rk } = membersOf(membersOf(results)['credProps']);
  return rk === undefined || typeof rk === 'boolean';
}

function isRegistration({ attestationObject, transports = null }: Members): boolean {
  return (
    isBase64Url(attestationObject, LONGEST.attestationObject) &&
    (transports === null || (Array.isArray(transports) && areTransports(transports)))
  );
}

function areTransports(transports: readonly unknown[]): boolean {
  return (
    transports.length <= MOST_TRANSPORTS &&
    transports.every((transport) => typeof transport === 'string' && TRANSPORT.test(transport))
  );
}

function isAssertion({ authenticatorData, signature, userHandle = null }: Members): boolean {
  return (
    isBase64Url(authenticatorData, LONGEST.authenticatorData) &&
    isBase64Url(signature, LONGEST.signature) &&
    (userHandle === null || userHandle === '' || isBase64Url(userHandle, LONGEST.userHandle))
  );
}

function isBase64Url(value: unknown, mostCharacters: number): boolean {
  return typeof value === 'string' && value.length <= mostCharacters && BASE64URL.test(value);
}

type Members = Readonly<Record<string, unknown>>;

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

const text = (maxLength: number) => ({ type: 'string' as const, minLength: 1, maxLength });

/** The same rules for drawn forms and generated clients. */
const SCHEMA = {
  type: 'object' as const,
  additionalProperties: true,
  required: ['id', 'rawId', 'type', 'response'],
  properties: {
    id: text(LONGEST.id),
    rawId: text(LONGEST.id),
    type: { type: 'string' as const, enum: ['public-key'] },
    response: {
      type: 'object' as const,
      additionalProperties: true,
      description:
        '`attestationObject` of a registration, or `authenticatorData` and `signature` of an assertion.',
      required: ['clientDataJSON'],
      properties: {
        clientDataJSON: text(LONGEST.clientDataJSON),
        attestationObject: text(LONGEST.attestationObject),
        authenticatorData: text(LONGEST.authenticatorData),
        signature: text(LONGEST.signature),
      },
    },
  },
};

function IsAnsweredCredential(): PropertyDecorator {
  const message = 'Not the JSON form of a public key credential.';
  return applyDecorators(
    ValidateBy(
      { name: 'isAnsweredCredential', validator: { validate: isCredential } },
      { message },
    ),
    // Without it, a schema would be made up for a type that has no class.
    JSONSchema(() => SCHEMA),
  );
}

/** The proof of a key: what the browser's `credential.toJSON()` gives. */
export class WebAuthnProof {
  @ApiProperty({
    description:
      'What `navigator.credentials.create()` or `.get()` answered, as its `toJSON()` gives it.',
    type: 'object',
    additionalProperties: true,
  })
  @IsAnsweredCredential()
  readonly credential!: CredentialJson;
}
