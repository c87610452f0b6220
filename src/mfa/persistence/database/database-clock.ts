import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { addSeconds, Clock } from '../../contract/clock.js';

const READ_EVERY_SECONDS = 30;
/** While the database does not answer: what comes back may be another database, with another clock. */
const READ_AGAIN_SECONDS = 1;
/** Smaller differences are not reported: networks and loaded machines cause them. */
const NOTEWORTHY_SECONDS = 5;

/** The database's time, and when it was read by a monotonic clock, which nobody sets. */
interface Reading {
  readonly time: Date;
  readonly atMilliseconds: number;
  /** The greatest error of `time`, in either direction. */
  readonly errorMilliseconds: number;
}

/**
 * The clock of the database, the same for all of its servers, whatever their own clocks say. It is
 * read from time to time; in between, this machine measures the elapsed time.
 */
@Injectable()
export class DatabaseClock
  extends Clock
  implements OnApplicationBootstrap, BeforeApplicationShutdown
{
  private readonly logger = new Logger(DatabaseClock.name);
  private reading: Reading | null = null;
  private timer: NodeJS.Timeout | null = null;
  private underWay: Promise<void> = Promise.resolve();
  private isTold = false;

  /**
   * @param read asks the database for its time
   * @param machine used until the database has answered once
   */
  constructor(
    private readonly read: () => Promise<Date>,
    private readonly machine: Clock,
  ) {
    super();
  }

  now(): Date {
    if (this.reading === null) return this.machine.now();
    const { time, atMilliseconds } = this.reading;
    return addSeconds(time, (this.machine.elapsedMilliseconds() - atMilliseconds) / 1000);
  }

  elapsedMilliseconds(): number {
    return this.machine.elapsedMilliseconds();
  }

  /** How far this machine's own clock is ahead of the database's; 0 until that has been read. */
  get secondsAhead(): number {
    return (this.machine.now().getTime() - this.now().getTime()) / 1000;
  }

  onApplicationBootstrap(): void {
    if (this.timer !== null) return;
    this.readIn(this.reading === null ? READ_AGAIN_SECONDS : READ_EVERY_SECONDS);
  }

  /** Waits for the reading under way, which still needs a connection. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    await this.underWay;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  /**
   * Reads the database's clock. The known time stays if it differs from the new reading by less
   * than that reading's own error, so that the time does not jump to and fro.
   *
   * @returns false when the database did not answer, or gave no valid time
   */
  async adjust(): Promise<boolean> {
    const begun = this.machine.elapsedMilliseconds();
    let time: Date;
    try {
      time = await this.read();
    } catch {
      // Other statements report that the database is unreachable.
      return false;
    }
    // With an invalid date nothing would count as expired, and nothing as locked.
    if (Number.isNaN(time.getTime())) return false;
    const ended = this.machine.elapsedMilliseconds();
    const errorMilliseconds = (ended - begun) / 2;
    const atMilliseconds = (begun + ended) / 2;
    if (!this.agreesWith({ time, atMilliseconds, errorMilliseconds })) {
      this.reading = { time, atMilliseconds, errorMilliseconds };
    }
    this.tellOfMachine();
    return true;
  }

  private agreesWith({ time, atMilliseconds, errorMilliseconds }: Reading): boolean {
    if (this.reading === null) return false;
    const known = this.reading.time.getTime() + (atMilliseconds - this.reading.atMilliseconds);
    return Math.abs(known - time.getTime()) <= errorMilliseconds;
  }

  private readIn(seconds: number): void {
    this.timer = setTimeout(() => {
      this.underWay = this.adjust().then((isRead) =>
        this.readIn(isRead ? READ_EVERY_SECONDS : READ_AGAIN_SECONDS),
      );
    }, seconds * 1000).unref();
  }

  /** Warns once, and again only after the clock was right in between. */
  private tellOfMachine(): void {
    const ahead = Math.round(this.secondsAhead);
    const isWrong = Math.abs(ahead) > NOTEWORTHY_SECONDS;
    if (isWrong && !this.isTold) {
      const side = ahead > 0 ? 'ahead of' : 'behind';
      this.logger.warn(
        `The clock of this machine is ${Math.abs(ahead)} s ${side} the database's, whose time is used.`,
      );
    }
    this.isTold = isWrong;
  }
}
