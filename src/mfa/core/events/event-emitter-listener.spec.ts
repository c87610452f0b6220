import { Injectable } from '@nestjs/common';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { Test, type TestingModule } from '@nestjs/testing';
import { EventEmitterListener, mfaEventName } from './event-emitter-listener.js';
import { type MfaEvent, type MfaEventType } from '../ports/events.js';

function eventOf(type: MfaEventType): MfaEvent {
  const subject = {
    id: 'ada',
    displayName: 'Ada',
    addresses: {},
    isEnabled: true,
    credentialsVersion: '1',
  };
  const client = { ip: null, userAgent: null };
  return { type, subject, factor: 'app', at: new Date(0), client };
}

@Injectable()
class Host {
  readonly activated: MfaEvent[] = [];
  readonly all: MfaEvent[] = [];

  @OnEvent(mfaEventName('method_activated'))
  onActivated(event: MfaEvent): void {
    this.activated.push(event);
  }

  @OnEvent('mfa.*')
  onAny(event: MfaEvent): void {
    this.all.push(event);
  }
}

describe('EventEmitterListener', () => {
  let module: TestingModule;
  let listener: EventEmitterListener;

  beforeAll(async () => {
    module = await Test.createTestingModule({
      imports: [EventEmitterModule.forRoot({ wildcard: true })],
      providers: [Host],
    }).compile();
    await module.init();
    listener = new EventEmitterListener(module.get(EventEmitter2));
  });
  afterAll(() => module.close());

  it('passes an event on under its name, as it is', async () => {
    const [activated, locked] = [eventOf('method_activated'), eventOf('method_locked')];
    await listener.onEvent(activated);
    await listener.onEvent(locked);
    const host = module.get(Host);
    expect(host.activated).toEqual([activated]);
    expect(host.activated[0]).toBe(activated);
    expect(host.all).toEqual([activated, locked]);
  });

  it('fails with a listener that fails, also one that fails later', async () => {
    const emitter = new EventEmitter2();
    const fail = (): unknown => Promise.reject(new Error('later'));
    emitter.on('mfa.code_sent', fail);
    await expect(new EventEmitterListener(emitter).onEvent(eventOf('code_sent'))).rejects.toThrow(
      'later',
    );
  });

  it('names events after their types', () => {
    expect(mfaEventName('backup_code_used')).toBe('mfa.backup_code_used');
  });
});
