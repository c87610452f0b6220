import { type MfaHandler } from '../../contract/handler.js';
import { HandlerRegistry } from './handler-registry.js';

function handlers(...names: unknown[]): MfaHandler[] {
  return names.map((name) => ({ name }) as MfaHandler);
}

describe('HandlerRegistry', () => {
  it('keeps the configured order and finds by name', () => {
    const [email, app] = handlers('email', 'app');
    const registry = new HandlerRegistry([email, app] as MfaHandler[]);
    expect(registry.names()).toEqual(['email', 'app']);
    expect(registry.all()).toEqual([email, app]);
    expect(registry.get('app')).toBe(app);
    expect(registry.forMethod({ handler: 'email' })).toBe(email);
    expect(registry.has('sms')).toBe(false);
  });

  it('names what it does not know', () => {
    const registry = new HandlerRegistry([]);
    expect(() => registry.get('xyz')).toThrow(
      expect.objectContaining({ code: 'method_unknown', message: '"xyz" is not a valid choice.' }),
    );
  });

  it.each(['App', 'my-app', '1app', 'a__b', '_a', '', 'a'.repeat(33), undefined])(
    'refuses the name %p',
    (name) => {
      expect(() => new HandlerRegistry(handlers(name))).toThrow('is not lower snake case');
    },
  );

  it('refuses the name by which a step-up asks for the password', () => {
    expect(() => new HandlerRegistry(handlers('app', 'password'))).toThrow(
      'No MFA handler may be called "password"',
    );
  });

  it('refuses the name by which guesses at backup codes are counted', () => {
    expect(() => new HandlerRegistry(handlers('backup_code'))).toThrow(
      'No MFA handler may be called "backup_code"',
    );
  });

  it('takes digits in names', () => {
    expect(new HandlerRegistry(handlers('app_2')).names()).toEqual(['app_2']);
  });

  it('refuses a handler that requires dispatch and sends nothing', () => {
    const [mute] = handlers('mute');
    expect(() => new HandlerRegistry([{ ...mute, requiresDispatch: true } as MfaHandler])).toThrow(
      'The MFA handler "mute" requires dispatch',
    );
  });

  it('refuses two of one name', () => {
    expect(() => new HandlerRegistry(handlers('app', 'email', 'app'))).toThrow(
      'Two MFA handlers are called "app"',
    );
  });
});
