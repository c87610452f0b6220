import { jest } from '@jest/globals';
import { RequestRecord, runInRequest } from '../requests/request-record.js';
import { ServerLogger } from './server-logger.js';

/** Records what would go to the terminal. */
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

  it('leaves a failed start to its catcher, and nothing else', () => {
    logger.error('no port', 'ExceptionHandler');
    logger.error('no mail', 'Mailer');
    expect(logger.kept).toEqual(['no mail']);
  });
});

describe('ServerLogger in production', () => {
  const written: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  afterAll(() => write.mockRestore());

  it('writes a line of JSON that names the request', () => {
    const logger = new ServerLogger(true);
    runInRequest(new RequestRecord('4bf92f3577b34da6a3ce929d0e0e4736'), () =>
      logger.log('POST /login 200', { status: 200, level: 'forged' }, 'Request'),
    );
    logger.log('ready', 'Server');
    const [ofRequest, ofServer] = written.map((line) => JSON.parse(line));
    expect(ofRequest).toMatchObject({
      level: 'log',
      message: 'POST /login 200',
      context: 'Request',
      status: 200,
      request_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    });
    expect(ofServer).not.toHaveProperty('request_id');
  });
});
