/*
 * The smallest Nest application with TypeORM on Fastify: one entity, one route. The start and idle
 * memory of our server are compared with it. The decorators are called as plain functions.
 */
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Column, Entity, PrimaryColumn } from 'typeorm';

const { DATABASE_URL = '', HOST = '127.0.0.1', PORT } = process.env;

class Note {}
PrimaryColumn({ type: 'uuid' })(Note.prototype, 'id');
Column({ type: 'text' })(Note.prototype, 'body');
Entity('bare_nest_notes')(Note);

class HealthController {
  ready() {
    return { status: 'ok' };
  }
}
const ready = Object.getOwnPropertyDescriptor(HealthController.prototype, 'ready');
if (ready !== undefined) Get('ready')(HealthController.prototype, 'ready', ready);
Controller('health')(HealthController);

class AppModule {}
Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: DATABASE_URL, entities: [Note] }),
    TypeOrmModule.forFeature([Note]),
  ],
  controllers: [HealthController],
})(AppModule);

const app = await NestFactory.create(AppModule, new FastifyAdapter(), {
  logger: ['warn', 'error'],
});
app.enableShutdownHooks();
await app.listen(Number(PORT), HOST);
