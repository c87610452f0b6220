import { spawnSync } from 'node:child_process';
import { OptionalPackage } from './optional-package.js';

/** Node's error for a package that is not installed. */
function absenceOf(name: string): Error {
  const message = `Cannot find package '${name}' imported from /app/handler.js`;
  return Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' });
}

/** From a Node process of its own, because the tests have another loader. */
const QUESTION =
  'import(process.argv[1]).catch(({ code, message }) => console.log(JSON.stringify({ code, message })))';

const failing = (error: unknown) =>
  new OptionalPackage('@keys/server', () => Promise.reject(error));

describe('OptionalPackage', () => {
  it('is loaded when it is needed, and once', async () => {
    let loads = 0;
    const keys = new OptionalPackage('@keys/server', async () => ({ loads: ++loads }));
    expect(loads).toBe(0);
    const [first, second] = await Promise.all([keys.loadFor('one'), keys.loadFor('other')]);
    expect([first, second]).toEqual([{ loads: 1 }, { loads: 1 }]);
  });

  it('says which handler needs it, and what to do when it is absent', async () => {
    const cause = absenceOf('@keys/server');
    await expect(failing(cause).loadFor('work_keys')).rejects.toMatchObject({
      message: 'MFA handler "work_keys" needs the package @keys/server: npm install @keys/server.',
      cause,
    });
  });

  it.each([
    ['another package is absent', absenceOf('tiny-cbor')],
    ['a package with a longer name is absent', absenceOf('@keys/server-extra')],
    ['a file of it is absent', Object.assign(new Error('x'), { code: 'ERR_MODULE_NOT_FOUND' })],
    ['it fails in its own way', new TypeError('Cannot read properties of undefined')],
    ['it has a code of its own', Object.assign(absenceOf('@keys/server'), { code: 'EIO' })],
    ['it throws what is no error', 'a text'],
  ])('lets the failure through when %s', async (_, error) => {
    await expect(failing(error).loadFor('keys')).rejects.toBe(error);
  });

  it('knows the words of Node', async () => {
    const name = 'nestjs-mfa-package-that-is-not-there';
    const { stdout } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', QUESTION, name],
      {
        encoding: 'utf8',
      },
    );
    const error: unknown = Object.assign(new Error(), JSON.parse(stdout));
    const absent = new OptionalPackage(name, () => Promise.reject(error));
    await expect(absent.loadFor('keys')).rejects.toThrow(`npm install ${name}`);
  });
});
