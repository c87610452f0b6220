import { Module } from '@nestjs/common';
import { AccountPagesController } from './account-pages.controller.js';
import { StartPageController } from './start-page.controller.js';

/** Pages for people without a client at hand. */
@Module({ controllers: [StartPageController, AccountPagesController] })
export class PagesModule {}
