import { Delete, Get, HttpCode, Param, ParseUUIDPipe } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { MfaError } from '../../contract/errors.js';
import { type Actor } from '../../core/access/actor.js';
import { DeviceService } from '../../core/devices/device.service.js';
import { AuthRoutes } from '../decorators/auth-routes.decorator.js';
import { RequireFreshProof, RequireSignIn, SignedIn } from '../decorators/signed-in.decorators.js';
import { DeviceResponse } from '../dto/devices.responses.js';
import { EndsSessions } from '../guards/signed-in.guard.js';
import { OPERATIONS } from '../openapi/operations.js';
import {
  ACCESS_PROBLEMS,
  ApiProblems,
  FRESH_PROOF_PROBLEMS,
} from '../problems/api-problems.decorator.js';

/** Treats an id of any other form as one that does not exist. */
class DeviceIdPipe extends ParseUUIDPipe {
  constructor() {
    super({ exceptionFactory: () => new MfaError('not_found') });
  }
}

/** The remembered devices of the signed-in subject. */
@AuthRoutes('mfa/devices', 'Devices')
export class DevicesController {
  constructor(private readonly devices: DeviceService) {}

  @Get()
  @RequireSignIn()
  @ApiOperation({
    operationId: OPERATIONS.listDevices,
    summary: 'List the remembered devices, the one used last first',
    description:
      'Where no device is remembered by configuration, all routes of devices are missing.',
  })
  @ApiOkResponse({ type: [DeviceResponse] })
  @ApiProblems(...ACCESS_PROBLEMS, 'not_found')
  async list(@SignedIn() actor: Actor): Promise<DeviceResponse[]> {
    const devices = await this.devices.list(actor);
    return devices.map((device) => new DeviceResponse(device));
  }

  @Delete()
  @EndsSessions(true)
  @RequireFreshProof()
  @HttpCode(204)
  @ApiOperation({
    operationId: OPERATIONS.endDevices,
    summary: 'Forget every device',
    description: 'Their sessions stay: `sessions/` ends those.',
  })
  @ApiNoContentResponse({ description: 'Every sign-in asks for the second factor again.' })
  @ApiProblems(...FRESH_PROOF_PROBLEMS, 'not_found')
  async endAll(@SignedIn() actor: Actor): Promise<void> {
    await this.devices.endAll(actor);
  }

  @Delete(':id')
  @EndsSessions(true)
  @RequireFreshProof()
  @HttpCode(204)
  @ApiOperation({
    operationId: OPERATIONS.endDevice,
    summary: 'Forget a device',
    description: 'Its sessions stay: `sessions/` ends those.',
  })
  @ApiParam({ name: 'id', format: 'uuid', description: 'As the list of devices names it.' })
  @ApiNoContentResponse({ description: 'A sign-in there asks for the second factor again.' })
  @ApiProblems(...FRESH_PROOF_PROBLEMS, 'not_found')
  async end(@SignedIn() actor: Actor, @Param('id', DeviceIdPipe) id: string): Promise<void> {
    await this.devices.end(actor, id);
  }
}
