import { getDomain } from 'tldts';
import { MAIL_SLOW_SECONDS } from './mailer.js';

/** The domain of a mail's reader keeps us waiting: the mail is not tried now. */
export class DomainIsSlow extends Error {
  override readonly name = 'DomainIsSlow';
}

/** How many slow mails may be under way. */
export interface SlowMailLimits {
  /** To one domain; no other mail to it is begun meanwhile. */
  readonly ofDomain: number;
  /** In all; beyond it the mail that has been slow for longest is given up. */
  readonly inAll: number;
}

interface SlowMail {
  readonly domain: string;
  readonly end: AbortController;
}

/**
 * Bounds the mails that are slow. Accounts at domains whose servers let ours wait hold up a few mails,
 * and not those of everybody, however many domains they have.
 */
export class SlowDomains {
  /** The one that has been slow for longest comes first. */
  private readonly slow = new Set<SlowMail>();
  private slowMilliseconds = MAIL_SLOW_SECONDS * 1000;

  constructor(private readonly limits: SlowMailLimits) {}

  /**
   * @param send ends early when its signal says that others need the place
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

/** What somebody registers: every name below it is theirs. The address itself where there is none. */
function registeredDomainOf(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  return getDomain(domain, { allowPrivateDomains: true }) ?? domain;
}
