import { MfaError } from '../../contract/errors.js';
import { FairLine, type LineLimits } from './fair-line.js';
import { networkOf, siteOf } from '../ports/network-of.js';

/** How much of some slow work is done at once, and how much may wait. */
export interface SlowWorkLimits extends LineLimits {
  readonly atOnce: number;
}

/** Who asks for slow work: each network has its turn, and within it each subject. */
export interface Asker {
  /** The id of an account, or a digest of the name that was typed: both take turns alike. */
  readonly subject: string;
  /** The address that it is asked from; null where the platform has none. */
  readonly ip: string | null;
}

/** Whoever is turned away may come back after a good part of the line is gone. */
const RETRY_AFTER_SECONDS = 2;

/** Work that has not begun. */
interface Waiter {
  readonly begin: () => void;
  readonly refuse: (problem: MfaError) => void;
}

/**
 * A line for slow hashes. Each of them holds a thread of the few in which tokens are signed and
 * checked, too: a crowd that wants hashes waits for itself, not all others for the crowd. Networks and
 * subjects take turns, and whoever is one too many is told so at once: nobody waits for long.
 *
 * Never ask for it while you hold a connection or a lock: others would wait for the crowd with you.
 * Public because a host, as the server does, hashes passwords in such a line.
 */
export class SlowWork {
  private readonly line: FairLine<Waiter>;
  private running = 0;

  constructor(private readonly limits: SlowWorkLimits) {
    this.line = new FairLine(limits);
  }

  /** @throws {MfaError} `rate_limited` where too much waits already, of all or of who asks */
  run<T>({ subject, ip }: Asker, work: () => Promise<T>): Promise<T> {
    return this.inTurn({ subject, network: networkOf(ip), site: siteOf(ip) }, work);
  }

  /**
   * For work that no answer waits for: it is done where nothing else waits, and gives way to others.
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
