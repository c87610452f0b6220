import { ServerLogger } from './server-logger.js';

/** Keeps what would go to the terminal. */
class KeepingLogger extends ServerLogger {
  readonly kept: unknown[] = [];

  protected override printMessages(messages: unknown[]): void {
    this.kept.push(...messages);
  }
}

describe('ServerLogger', () => {
  let logger: KeepingLogger;
  beforeEach(() => {
    logger = new KeepingLogger(false);
  });

  it('leaves out the list of modules and routes', () => {
    logger.log('a route', 'RouterExplorer');
    logger.log('ready', 'Server');
    expect(logger.kept).toEqual(['ready']);
  });

  it('leaves a failed start to whoever catches it, and nothing else', () => {
    logger.error('no port', 'ExceptionHandler');
    logger.error('no mail', 'Mailer');
    expect(logger.kept).toEqual(['no mail']);
  });
});
