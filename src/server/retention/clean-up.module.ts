import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { CleanUpSchedule } from './clean-up.schedule.js';
import { CleanUpService } from './clean-up.service.js';

/** Deletes, now and then, what is over: exports {@link CleanUpService}. */
@Module({
  imports: [DiscoveryModule],
  providers: [CleanUpSchedule, CleanUpService],
  exports: [CleanUpService],
})
export class CleanUpModule {}
