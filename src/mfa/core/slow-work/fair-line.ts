import { SHARES_OF_SITE } from '../ports/network-of.js';
import { Attendance, type Queue, Turns } from './turns.js';

/** Who asks for a turn. */
export interface Place {
  /** Whose work it is: an account, or a digest of the name that was typed. */
  readonly subject: string;
  /** Where it comes from; null: nobody waits for it, so that all others go first. */
  readonly network: string | null;
  /** What the network is a part of, perhaps with others; absent: it is no part of anything. */
  readonly site?: string | null;
}

/** How many may wait. */
export interface LineLimits {
  readonly mostWaiting: number;
  readonly mostOfNetwork: number;
  /** Of one subject within one network: what is done elsewhere in its name takes nothing from it. */
  readonly mostOfSubject: number;
}

/** One that waits, in three queues at once. */
interface Waiting<T> {
  readonly item: T;
  readonly isUrgent: boolean;
  /** The name of its site, or else of its network. */
  readonly origin: string;
  readonly site: Queue;
  readonly network: Queue;
  /** The subject within its network. */
  readonly pair: Queue;
}

/** Compared one after the other: the first that differs decides, the lowest comes first. */
type Rank = readonly [number, number, number, number];

/** For each that may wait, so many networks are remembered that were attended to. */
const REMEMBERED = 16;

/**
 * A line in which networks take turns, and within a network the subjects. The first of a network waits
 * for one of each other at most, whatever names are typed, and the networks of one site are together no
 * more than sixteen. Whoever was attended to longest ago goes first, and is turned away last.
 */
export class FairLine<T> {
  /** In the order in which they came. */
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
   * Adds one to the line. Where it is one too many, the newest of the longest queue has to leave; of queues
   * alike, that of whoever was attended to last. The first of a network, or of a site, leaves after all that
   * are like it.
   *
   * @returns whoever has to leave: this one, another one, or null for nobody
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
    // Whoever has others waiting has not been attended to yet.
    if (leaving.site.waiting === 0) this.attendance.add(leaving.origin);
    return leaving.item;
  }

  /** Whose turn it is; null where nobody waits. It waits no longer. */
  next(): T | null {
    const first = least(this.waiting, (one) => this.turnRank(one));
    if (first === null) return null;
    this.take(first);
    this.remove(first);
    return first.item;
  }

  /** Those of whom one has to leave, as they leave where they are alike; none where there is room for all. */
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

  /** Many short queues of one site are as good as a long one. */
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
    // Names of those that were turned away would fill the memory otherwise.
    this.forget();
  }

  private take({ isUrgent, origin, site, network, pair }: Waiting<T>): void {
    this.attendance.add(origin);
    const reached = isUrgent ? roundOf({ site, network }) : this.round;
    site.nextRound += 1 / SHARES_OF_SITE;
    for (const queue of [network, pair]) queue.nextRound += 1;
    this.turnsInRound += 1;
    if (reached > this.round) this.begin(reached);
    // So that those who come are not served for ever before one who has waited for a round.
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

/** In which round it is a network's turn: its own, but for a site that has had all of its turns. */
function roundOf({ site, network }: { readonly site: Queue; readonly network: Queue }): number {
  return Math.max(network.nextRound, Math.floor(site.nextRound));
}

/** The first of those with the least rank. */
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
