import { ApiProperty } from '@nestjs/swagger';
import { type TrustedDevice } from '../../core/devices/device-logins.js';
import { type DeviceRecord } from '../../core/ports/devices.js';

/** The token of a remembered device in answers of a login. */
export class TrustedDeviceResponse {
  @ApiProperty({
    description: 'For `trusted_device` of the next `login/`, which answers the one after it.',
    example: 'A21haW4…',
  })
  readonly token: string;

  @ApiProperty({
    format: 'date-time',
    description: 'When the device is forgotten unless it is used before.',
    example: '2026-12-07T12:00:00.000Z',
  })
  readonly expires_at: string;

  constructor({ token, expiresAt }: TrustedDevice) {
    this.token = token;
    this.expires_at = expiresAt.toISOString();
  }
}

/** A remembered device as its owner sees it. */
export class DeviceResponse {
  @ApiProperty({ format: 'uuid', example: '0193a5b0-7c1e-7d4e-9d1a-3f1f0f6d2b11' })
  readonly id: string;

  @ApiProperty({
    format: 'date-time',
    description: 'When it was remembered, by a second factor.',
    example: '2026-11-22T12:00:00.000Z',
  })
  readonly created_at: string;

  @ApiProperty({
    format: 'date-time',
    description: 'When it last signed in.',
    example: '2026-11-23T08:30:00.000Z',
  })
  readonly last_used_at: string;

  @ApiProperty({
    format: 'date-time',
    description: 'When it is forgotten unless it is used before.',
    example: '2026-12-08T08:30:00.000Z',
  })
  readonly expires_at: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'From where it last signed in.',
    example: '192.0.2.1',
  })
  readonly ip: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Mozilla/5.0' })
  readonly user_agent: string | null;

  constructor(device: DeviceRecord) {
    this.id = device.id;
    this.created_at = device.createdAt.toISOString();
    this.last_used_at = device.lastUsedAt.toISOString();
    this.expires_at = device.expiresAt.toISOString();
    this.ip = device.ip;
    this.user_agent = device.userAgent;
  }
}
