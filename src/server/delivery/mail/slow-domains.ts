/** A mail that is under way for longer is slow. */
const SLOW_MILLISECONDS = 2000;

/** The domain of a mail's reader keeps us waiting: the mail is not tried now. */
export class DomainIsSlow extends Error {
  override readonly name = 'DomainIsSlow';
}

/**
 * Mails that are slow, by the domain of their reader: whoever has accounts at a domain whose server
 * lets ours wait holds up a few mails, and not those of everybody. A domain and those below it are one.
 */
export class SlowDomains {
  private readonly slow = new Map<string, number>();
  private slowMilliseconds = SLOW_MILLISECONDS;

  /** @param most so many mails to one domain may be slow before no other is begun */
  constructor(private readonly most: number) {}

  /** @throws {DomainIsSlow} */
  async run<T>(address: string, send: () => Promise<T>): Promise<T> {
    const domain = registeredDomainOf(address);
    if (this.countOf(domain) >= this.most) throw new DomainIsSlow('Its domain is slow.');
    let isSlow = false;
    const timer = setTimeout(() => {
      isSlow = true;
      this.slow.set(domain, this.countOf(domain) + 1);
    }, this.slowMilliseconds);
    try {
      return await send();
    } finally {
      clearTimeout(timer);
      if (isSlow) this.forgetOne(domain);
    }
  }

  private countOf(domain: string): number {
    return this.slow.get(domain) ?? 0;
  }

  private forgetOne(domain: string): void {
    const left = this.countOf(domain) - 1;
    if (left === 0) this.slow.delete(domain);
    else this.slow.set(domain, left);
  }
}

/** Its last two labels, as whoever has a domain has any number below it. */
function registeredDomainOf(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  return domain.split('.').slice(-2).join('.');
}
