import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { User } from './user.entity.js';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const KEY_BYTES = 32;

/** Nobody's: an unknown address costs as much time as a wrong password. */
const NOBODYS_HASH = `${'0'.repeat(32)}:${'0'.repeat(2 * KEY_BYTES)}`;

@Injectable()
export class Users {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  findById(id: number): Promise<User | null> {
    return this.users.findOneBy({ id });
  }

  async register(email: string, password: string): Promise<User> {
    const salt = randomBytes(16);
    const key = await derive(password, salt, KEY_BYTES);
    const passwordHash = `${salt.toString('hex')}:${key.toString('hex')}`;
    return this.users.save(this.users.create({ email, passwordHash }));
  }

  async checkPassword(email: string, password: string): Promise<User | null> {
    const user = await this.users.findOneBy({ email });
    const [salt = '', key = ''] = (user?.passwordHash ?? NOBODYS_HASH).split(':');
    const derived = await derive(password, Buffer.from(salt, 'hex'), KEY_BYTES);
    return timingSafeEqual(derived, Buffer.from(key, 'hex')) ? user : null;
  }

  async remove(id: number): Promise<void> {
    await this.users.delete({ id });
  }
}
