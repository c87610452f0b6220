import 'reflect-metadata';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { CodeProof } from '../../contract/code-proof.js';
import { NoFields } from '../../contract/read-fields.js';
import { jsonSchemaOf } from './json-schema.js';

class Inner {
  @IsString()
  readonly id!: string;
}

class Credential {
  @ValidateNested()
  @Type(() => Inner)
  readonly credential!: Inner;

  @IsOptional()
  @JSONSchema({ writeOnly: true })
  @ApiProperty({ description: 'What you call it.', example: 'phone', maxLength: 99 })
  @IsString()
  @MaxLength(40)
  readonly label?: string;
}

describe('jsonSchemaOf', () => {
  it('describes a code', () => {
    expect(jsonSchemaOf(CodeProof)).toEqual({
      type: 'object',
      properties: {
        code: {
          type: 'string',
          minLength: 1,
          maxLength: expect.any(Number),
          description: expect.any(String),
          examples: ['123456'],
        },
      },
      required: ['code'],
      additionalProperties: false,
    });
  });

  it('puts nested classes where they are used, and takes limits from the validators', () => {
    expect(jsonSchemaOf(Credential)).toEqual({
      type: 'object',
      properties: {
        credential: {
          type: 'object',
          properties: { id: { type: 'string' } },
          required: ['id'],
          additionalProperties: false,
        },
        label: {
          type: 'string',
          maxLength: 40,
          writeOnly: true,
          description: 'What you call it.',
          examples: ['phone'],
        },
      },
      required: ['credential'],
      additionalProperties: false,
    });
  });

  it.each([undefined, NoFields])('describes what takes no fields', (schema) => {
    expect(jsonSchemaOf(schema)).toEqual({
      type: 'object',
      properties: {},
      additionalProperties: false,
    });
  });
});
