import { Module } from '@nestjs/common';
import { AccountPagesController } from './account-pages.controller.js';

/** Pages for people without a client at hand. */
@Module({ controllers: [AccountPagesController] })
export class PagesModule {}
