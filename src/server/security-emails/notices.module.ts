import { Module } from '@nestjs/common';
import { PasswordsModule } from '../account/passwords/passwords.module.js';
import { RateLimitModule } from '../rate-limit/rate-limit.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../identity/users.module.js';
import { NewDeviceConsumer } from './new-device.consumer.js';
import { NoticesConsumer } from './notices.consumer.js';
import { RepudiationCleaner } from './repudiation.cleaner.js';
import { RepudiationController } from './repudiation.controller.js';
import { RepudiationLinks } from './repudiation-links.js';
import { RepudiationService } from './repudiation.service.js';
import { WaitingNoticesCleaner } from './waiting-notices.cleaner.js';

/** Tells people what happens to their account, and takes back what was not theirs. */
@Module({
  imports: [PasswordsModule, RateLimitModule, SessionsModule, UsersModule],
  controllers: [RepudiationController],
  providers: [
    NewDeviceConsumer,
    NoticesConsumer,
    RepudiationCleaner,
    RepudiationLinks,
    RepudiationService,
    WaitingNoticesCleaner,
  ],
  exports: [NewDeviceConsumer, NoticesConsumer],
})
export class NoticesModule {}
