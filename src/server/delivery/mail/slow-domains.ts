import { getDomain } from 'tldts';
import { MAIL_SLOW_SECONDS } from './mailer.js';

/** The recipient's domain is slow, so the mail is not tried now. */
export class DomainIsSlow extends Error {
  override readonly name = 'DomainIsSlow';
}

/** Limits of slow mails under way. */
export interface SlowMailLimits {
  /** To one domain; at the limit no further mail to it begins. */
  readonly ofDomain: number;
  /** In all; beyond it the mail that has been slow the longest is given up. */
  readonly inAll: number;
}

interface SlowMail {
  readonly domain: string;
  readonly end: AbortController;
}

/**
 * Bounds slow mails. Somebody whose mail servers stall ours can hold up a few mails, but not those
 * of everybody, with however many domains.
 */
export class SlowDomains {
  /** In order, the slowest first. */
  private readonly slow = new Set<SlowMail>();
  private slowMilliseconds = MAIL_SLOW_SECONDS * 1000;

  constructor(private readonly limits: SlowMailLimits) {}

  /**
   * @param send ends early when its signal says that other mails need the place
   * @throws {DomainIsSlow}
   */
  async run<T>(address: string, send: (givenUp: AbortSignal) => Promise<T>): Promise<T> {
    const domain = registeredDomainOf(address);
    if (this.countOf(domain) >= this.limits.ofDomain) throw new DomainIsSlow('Its domain is slow.');
    const mail: SlowMail = { domain, end: new AbortController() };
    const timer = setTimeout(() => this.add(mail), this.slowMilliseconds);
    try {
      return await send(mail.end.signal);
    } finally {
      clearTimeout(timer);
      this.slow.delete(mail);
    }
  }

  private add(mail: SlowMail): void {
    const [oldest] = this.slow;
    if (this.slow.size >= this.limits.inAll) {
      oldest?.end.abort(new Error('Other mails need its place.'));
    }
    this.slow.add(mail);
  }

  private countOf(domain: string): number {
    return [...this.slow].filter((mail) => mail.domain === domain).length;
  }
}

/** The domain as registered: every name below it has the same owner. Without one, the address's whole domain. */
function registeredDomainOf(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  return getDomain(domain, { allowPrivateDomains: true }) ?? domain;
}
