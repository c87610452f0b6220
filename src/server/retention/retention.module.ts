import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { RetentionSchedule } from './retention.schedule.js';
import { RetentionService } from './retention.service.js';

/** Deletes, now and then, what is over: exports {@link RetentionService}. */
@Module({
  imports: [DiscoveryModule],
  providers: [RetentionSchedule, RetentionService],
  exports: [RetentionService],
})
export class RetentionModule {}
