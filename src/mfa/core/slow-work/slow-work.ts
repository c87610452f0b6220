import { MfaError } from '../../contract/errors.js';
import { FairLine, type LineLimits } from './fair-line.js';
import { networkOf, siteOf } from '../ports/network-of.js';

/** How much slow work is done at once, and how much may wait. */
export interface SlowWorkLimits extends LineLimits {
  readonly atOnce: number;
}

/** Who asks for slow work. Networks take turns, and subjects within each network. */
export interface Asker {
  /** The id of an account, or a digest of the typed name: both take turns alike. */
  readonly subject: string;
  /** The client's address; null where the platform has none. */
  readonly ip: string | null;
}

/** By then a good part of the line is done. */
const RETRY_AFTER_SECONDS = 2;

/** Work that has not begun. */
interface Waiter {
  readonly begin: () => void;
  readonly refuse: (problem: MfaError) => void;
}

/**
 * A line for slow hashes. A hash occupies one of the few threads that also sign and check tokens. With the
 * line, a crowd that asks for hashes waits for itself, and nobody else waits for the crowd. Networks and
 * subjects take turns. A request that is one too many is refused at once, so nobody waits for long.
 *
 * Never wait in it while you hold a connection or a lock: others would wait for the crowd with you.
 * Public because a host, as the server does, hashes passwords in such a line.
 */
export class SlowWork {
  private readonly line: FairLine<Waiter>;
  private running = 0;

  constructor(private readonly limits: SlowWorkLimits) {
    this.line = new FairLine(limits);
  }

  /** @throws {MfaError} `rate_limited` where too much waits already, in all or of this asker */
  run<T>({ subject, ip }: Asker, work: () => Promise<T>): Promise<T> {
    return this.inTurn({ subject, network: networkOf(ip), site: siteOf(ip) }, work);
  }

  /**
   * Runs work that no answer waits for, once nothing else waits.
   *
   * @throws {MfaError} as {@link run}
   */
  runBehind<T>(subject: string, work: () => Promise<T>): Promise<T> {
    return this.inTurn({ subject, network: null }, work);
  }

  private async inTurn<T>(place: Parameters<FairLine<Waiter>['join']>[0], work: () => Promise<T>) {
    await new Promise<void>((begin, refuse) => {
      const leaving = this.line.join(place, { begin, refuse });
      leaving?.refuse(new MfaError('rate_limited', { retryAfterSeconds: RETRY_AFTER_SECONDS }));
      this.beginNext();
    });
    try {
      return await work();
    } finally {
      this.running -= 1;
      this.beginNext();
    }
  }

  private beginNext(): void {
    if (this.running >= this.limits.atOnce) return;
    const next = this.line.next();
    if (next === null) return;
    this.running += 1;
    next.begin();
  }
}
