import { SHARES_OF_SITE } from '../ports/network-of.js';
import { Attendance, type Queue, Turns } from './turns.js';

/** Who asks for a turn. */
export interface Place {
  /** The account that the work is for, or a digest of the typed name. */
  readonly subject: string;
  /** The network that asks. Null: no answer waits for the work, so all others go first. */
  readonly network: string | null;
  /** The larger network that this one is part of. Absent: none. */
  readonly site?: string | null;
}

/** How many may wait. */
export interface LineLimits {
  readonly mostWaiting: number;
  readonly mostOfNetwork: number;
  /** Of one subject within one network: what other networks ask for in its name does not count. */
  readonly mostOfSubject: number;
}

/** A request that waits, in three queues at once. */
interface Waiting<T> {
  readonly item: T;
  readonly isUrgent: boolean;
  /** Its site; its network where there is no site. */
  readonly origin: string;
  readonly site: Queue;
  readonly network: Queue;
  /** Of its subject within its network. */
  readonly pair: Queue;
}

/** Compared number by number: the first difference decides, and the lowest rank comes first. */
type Rank = readonly [number, number, number, number];

/** How many networks are remembered as attended to, for each request that may wait. */
const REMEMBERED = 16;

/**
 * A line in which networks take turns, and subjects within each network. The first request of a network
 * waits for at most one request of each other network, whatever names are typed. The networks of one site
 * count as sixteen at most. Of networks that rank alike, the one that was attended to longest ago goes
 * first, and is turned away last.
 */
export class FairLine<T> {
  /** In the order of their arrival. */
  private waiting: Waiting<T>[] = [];
  private readonly sites = new Turns();
  private readonly networks = new Turns();
  private readonly pairs = new Turns();
  private readonly attendance: Attendance;
  private round = 0;
  private turnsInRound = 0;

  constructor(private readonly limits: LineLimits) {
    this.attendance = new Attendance(REMEMBERED * limits.mostWaiting);
  }

  /**
   * Adds a request to the line. Where that is one too many, the newest request of the longest queue leaves;
   * of queues of the same length, that of the network that was attended to last. The first request of a
   * network or a site leaves after all others of its rank.
   *
   * @returns the request that leaves, which may be the new one; null where none does
   */
  join({ subject, network, site }: Place, item: T): T | null {
    const place = JSON.stringify(network);
    const origin = JSON.stringify(site ?? network);
    const newcomer: Waiting<T> = {
      item,
      isUrgent: network !== null,
      origin,
      site: this.sites.join(origin, this.round),
      network: this.networks.join(place, this.round),
      pair: this.pairs.join(`${place} ${subject}`, this.round),
    };
    this.waiting.push(newcomer);
    const leaving = least(this.crowdAround(newcomer), (one) => this.leavingRank(one));
    if (leaving === null) return null;
    this.remove(leaving);
    // A site with other requests in the line has not been attended to yet.
    if (leaving.site.waiting === 0) this.attendance.add(leaving.origin);
    return leaving.item;
  }

  /** Takes the request out of the line whose turn it is; null where none waits. */
  next(): T | null {
    const first = least(this.waiting, (one) => this.turnRank(one));
    if (first === null) return null;
    this.take(first);
    this.remove(first);
    return first.item;
  }

  /** The requests of which one leaves, in the order that decides between equals; none where there is room. */
  private crowdAround(newcomer: Waiting<T>): Waiting<T>[] {
    const { site, network, pair } = newcomer;
    const { mostWaiting, mostOfNetwork, mostOfSubject } = this.limits;
    const newestFirst = [...this.waiting].reverse();
    if (pair.waiting > mostOfSubject) return newestFirst.filter((one) => one.pair === pair);
    if (network.waiting > mostOfNetwork) {
      return newestFirst.filter((one) => one.network === network);
    }
    if (this.waiting.length <= mostWaiting) return [];
    return site.waiting > 1 ? newestFirst : [...newestFirst.slice(1), newcomer];
  }

  /** Many short queues of one site count as one long queue. */
  private leavingRank({ isUrgent, origin, site, network, pair }: Waiting<T>): Rank {
    const length = Math.max(network.waiting, site.waiting / SHARES_OF_SITE);
    return [isUrgent ? 1 : 0, -length, -this.attendance.of(origin), -pair.waiting];
  }

  /** Networks take turns, then the subjects of each. */
  private turnRank({ isUrgent, origin, pair, ...place }: Waiting<T>): Rank {
    return [isUrgent ? 0 : 1, roundOf(place), this.attendance.of(origin), pair.nextRound];
  }

  private remove(gone: Waiting<T>): void {
    this.waiting = this.waiting.filter((one) => one !== gone);
    for (const queue of [gone.site, gone.network, gone.pair]) queue.waiting -= 1;
    // Otherwise the names of refused requests would fill the memory.
    this.forget();
  }

  private take({ isUrgent, origin, site, network, pair }: Waiting<T>): void {
    this.attendance.add(origin);
    const reached = isUrgent ? roundOf({ site, network }) : this.round;
    site.nextRound += 1 / SHARES_OF_SITE;
    for (const queue of [network, pair]) queue.nextRound += 1;
    this.turnsInRound += 1;
    if (reached > this.round) this.begin(reached);
    // Otherwise newcomers would be served for ever before a request that waits for the next round.
    else if (this.turnsInRound >= this.limits.mostWaiting) this.begin(this.round + 1);
  }

  private begin(round: number): void {
    this.round = round;
    this.turnsInRound = 0;
    this.forget();
  }

  private forget(): void {
    for (const turns of [this.sites, this.networks, this.pairs]) {
      turns.forgetBefore(this.round);
    }
  }
}

/** The round of a network's turn: its own, or a later one where its site has had all of its turns. */
function roundOf({ site, network }: { readonly site: Queue; readonly network: Queue }): number {
  return Math.max(network.nextRound, Math.floor(site.nextRound));
}

/** The first element of the least rank; null where there is none. */
function least<E>(all: readonly E[], rankOf: (one: E) => Rank): E | null {
  let least: { readonly one: E; readonly rank: Rank } | null = null;
  for (const one of all) {
    const rank = rankOf(one);
    if (least === null || isBefore(rank, least.rank)) least = { one, rank };
  }
  return least === null ? null : least.one;
}

function isBefore([a, b, c, d]: Rank, [e, f, g, h]: Rank): boolean {
  return (a - e || b - f || c - g || d - h) < 0;
}
