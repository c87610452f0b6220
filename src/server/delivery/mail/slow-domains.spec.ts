import { DomainIsSlow, SlowDomains } from './slow-domains.js';

/** A send that ends on demand. */
function held() {
  let end = (): void => undefined;
  const done = new Promise<void>((resolve) => (end = resolve));
  return { send: () => done, end };
}

describe('SlowDomains', () => {
  let domains: SlowDomains;

  beforeEach(() => {
    domains = new SlowDomains({ ofDomain: 2, inAll: 3 });
    Object.assign(domains, { slowMilliseconds: 1 });
  });

  /** A mail that has become slow. */
  async function slowMail(address: string) {
    const { send, end } = held();
    const sending = domains.run(address, send);
    // Set after the mail's timer, so it fires later.
    await new Promise((resolve) => setTimeout(resolve, 1));
    return { end, sending };
  }
  const sends = (address: string) => domains.run(address, async () => 'sent');

  it('begins no mail to a domain to which as many as may be are slow, nor below it', async () => {
    await slowMail('a@slow.example.com');
    expect(await sends('b@example.com')).toBe('sent');
    await slowMail('b@EXAMPLE.com');
    await expect(sends('c@other.example.com')).rejects.toBeInstanceOf(DomainIsSlow);
    expect(await sends('c@example.net')).toBe('sent');
  });

  it('begins the next one once one of them has ended, well or not', async () => {
    const mails = [await slowMail('a@example.com'), await slowMail('a@example.com')];
    for (const { end, sending } of mails) {
      end();
      await sending;
      expect(await sends('a@example.com')).toBe('sent');
    }
    const failing = domains.run('a@example.com', () => Promise.reject(new Error('refused')));
    await expect(failing).rejects.toThrow('refused');
    expect(await sends('a@example.com')).toBe('sent');
  });

  it('takes what anybody can register for a domain of its own', async () => {
    await slowMail('a@one.co.uk');
    await slowMail('b@one.co.uk');
    expect(await sends('c@two.co.uk')).toBe('sent');
    await expect(sends('d@one.co.uk')).rejects.toBeInstanceOf(DomainIsSlow);
  });

  it('gives up the mail that has been slow for longest where one more is slow', async () => {
    const ends: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      const send = (givenUp: AbortSignal) =>
        new Promise<void>((resolve) =>
          givenUp.addEventListener('abort', () => {
            ends.push(name);
            resolve();
          }),
        );
      void domains.run(`mail@${name}.example`, send);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(ends).toEqual(['a', 'b']);
  });

  it('begins any number that are not slow', async () => {
    Object.assign(domains, { slowMilliseconds: 60_000 });
    const mails = Array.from({ length: 10 }, () => held());
    const sending = mails.map(({ send }) => domains.run('a@example.com', send));
    for (const { end } of mails) end();
    await expect(Promise.all(sending)).resolves.toHaveLength(10);
  });
});
