import { SHARES_OF_SITE } from './network-of.js';
import { type Queue, Turns } from './turns.js';

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

/** One that waits, in four queues at once. */
interface Waiting<T> {
  readonly item: T;
  readonly isUrgent: boolean;
  readonly site: Queue;
  readonly network: Queue;
  /** The subject within its network. */
  readonly pair: Queue;
  readonly subject: Queue;
}

/** Compared one after the other: the first that differs decides, the lowest comes first. */
type Rank = readonly [number, number, number, number];

/**
 * A line in which networks take turns, and within a network the subjects. Neither many names of one
 * network nor one name from many networks has anybody else wait for more than one of them, and the
 * networks of one site are together no more than sixteen.
 */
export class FairLine<T> {
  /** In the order in which they came. */
  private waiting: Waiting<T>[] = [];
  private readonly sites = new Turns();
  private readonly networks = new Turns();
  private readonly pairs = new Turns();
  private readonly subjects = new Turns();
  private round = 0;
  private turnsInRound = 0;

  constructor(private readonly limits: LineLimits) {}

  /**
   * Adds one to the line. Where it is one too many, the newest of the longest queue has to leave.
   *
   * @returns whoever has to leave: this one, another one, or null for nobody
   */
  join({ subject, network, site }: Place, item: T): T | null {
    const place = JSON.stringify(network);
    const newcomer: Waiting<T> = {
      item,
      isUrgent: network !== null,
      site: this.sites.join(JSON.stringify(site ?? network), this.round),
      network: this.networks.join(place, this.round),
      pair: this.pairs.join(`${place} ${subject}`, this.round),
      subject: this.subjects.join(subject, this.round),
    };
    this.waiting.push(newcomer);
    const leaving = least(this.crowdAround(newcomer).reverse(), lengthRank);
    if (leaving === null) return null;
    this.remove(leaving);
    return leaving.item;
  }

  /** Whose turn it is; null where nobody waits. It waits no longer. */
  next(): T | null {
    const first = least(this.waiting, turnRank);
    if (first === null) return null;
    this.take(first);
    this.remove(first);
    return first.item;
  }

  /** Those of whom one has to leave; none where there is room for all. */
  private crowdAround({ network, pair }: Waiting<T>): Waiting<T>[] {
    const { mostWaiting, mostOfNetwork, mostOfSubject } = this.limits;
    if (pair.waiting > mostOfSubject) return this.waiting.filter((one) => one.pair === pair);
    if (network.waiting > mostOfNetwork) {
      return this.waiting.filter((one) => one.network === network);
    }
    return this.waiting.length > mostWaiting ? [...this.waiting] : [];
  }

  private remove(gone: Waiting<T>): void {
    this.waiting = this.waiting.filter((one) => one !== gone);
    for (const queue of [gone.site, gone.network, gone.pair, gone.subject]) queue.waiting -= 1;
    // Names of those that were turned away would fill the memory otherwise.
    this.forget();
  }

  private take({ isUrgent, site, network, pair, subject }: Waiting<T>): void {
    const reached = isUrgent ? roundOf({ site, network }) : this.round;
    site.nextRound += 1 / SHARES_OF_SITE;
    for (const queue of [network, pair, subject]) queue.nextRound += 1;
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
    for (const turns of [this.sites, this.networks, this.pairs, this.subjects]) {
      turns.forgetBefore(this.round);
    }
  }
}

/** In which round it is a network's turn: its own, but for a site that has had all of its turns. */
function roundOf({ site, network }: { readonly site: Queue; readonly network: Queue }): number {
  return Math.max(network.nextRound, Math.floor(site.nextRound));
}

/** Networks take turns, then the subjects of each, then subjects wherever they are. */
function turnRank<T>({ isUrgent, pair, subject, ...place }: Waiting<T>): Rank {
  return [isUrgent ? 0 : 1, roundOf(place), pair.nextRound, subject.nextRound];
}

/** Many short queues of one site are as good as a long one. */
function lengthRank<T>({ isUrgent, site, network, pair, subject }: Waiting<T>): Rank {
  const length = Math.max(network.waiting, site.waiting / SHARES_OF_SITE);
  return [isUrgent ? 1 : 0, -length, -pair.waiting, -subject.waiting];
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
