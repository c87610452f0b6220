import { ConfigError } from './config/values/config-error.js';
import { bootstrap } from './bootstrap.js';

async function toldOf(error: unknown) {
  const told: string[] = [];
  const codes: number[] = [];
  const start = async () => {
    throw error;
  };
  await bootstrap(start, {
    stderr: { write: (text) => told.push(text) },
    exit: (code) => codes.push(code),
  });
  expect(codes).toEqual([1]);
  return told.join('');
}

const told = (text: string) => `The server did not start.\n${text}\n`;

describe('bootstrap', () => {
  it('says nothing of a start that works', async () => {
    const touch = () => {
      throw new Error('touched');
    };
    await bootstrap(async () => {}, { stderr: { write: touch }, exit: touch });
  });

  it('says a line for each error of the configuration', async () => {
    expect(await toldOf(new ConfigError(['PORT takes …', 'HOST takes …']))).toBe(
      told('PORT takes …\nHOST takes …'),
    );
  });

  it('says the sentence alone of what was refused on purpose', async () => {
    const text = 'MfaModule misses the port TokenIssuer: provide it.';
    expect(await toldOf(new Error(text))).toBe(told(text));
  });

  it('has a sentence for a port that is taken', async () => {
    const error = Object.assign(new Error('listen'), { code: 'EADDRINUSE' });
    expect(await toldOf(error)).toContain('choose another with PORT=3001');
  });

  it('shows where a mistake of the program is', async () => {
    const error = new TypeError('undefined is not a function');
    expect(await toldOf(error)).toBe(told(String(error.stack)));
    delete error.stack;
    expect(await toldOf(error)).toBe(told('undefined is not a function'));
    expect(await toldOf('a text')).toBe(told('a text'));
  });
});
