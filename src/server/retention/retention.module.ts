import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { RetentionSchedule } from './retention.schedule.js';
import { RetentionService } from './retention.service.js';

/** Deletes expired rows at intervals. */
@Module({
  imports: [DiscoveryModule],
  providers: [RetentionSchedule, RetentionService],
  exports: [RetentionService],
})
export class RetentionModule {}
