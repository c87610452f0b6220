import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';

/** The two health checks. */
@Module({ controllers: [HealthController] })
export class HealthModule {}
