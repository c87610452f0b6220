import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { addSeconds, Clock } from '../../contract/clock.js';

const READ_EVERY_SECONDS = 30;
/** While the database does not answer, or has just come back, perhaps as another one. */
const READ_AGAIN_SECONDS = 1;
/** Less than that is told by nobody: it is what networks and loaded machines do. */
const NOTEWORTHY_SECONDS = 5;

/** What the clock of the database said, and when that was by what nobody sets. */
interface Reading {
  readonly time: Date;
  readonly atMilliseconds: number;
  /** It may be wrong by so much, either way. */
  readonly errorMilliseconds: number;
}

/**
 * The clock of the database, which is one for all servers on it, whatever their own clocks say. It is
 * read now and then; in between, this machine counts the time that goes by.
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
   * @param machine whose time serves until the database has answered once
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

  /** By how much this machine's own clock is ahead of the database's; 0 until that was read. */
  get secondsAhead(): number {
    return (this.machine.now().getTime() - this.now().getTime()) / 1000;
  }

  onApplicationBootstrap(): void {
    if (this.timer !== null) return;
    this.readIn(this.reading === null ? READ_AGAIN_SECONDS : READ_EVERY_SECONDS);
  }

  /** Ends with the reading that is under way, which needs its connection. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    await this.underWay;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  /**
   * Reads the database's clock. What is less wrong already than the way to the database is long stays as
   * it is, so that the time does not jump to and fro.
   *
   * @returns false where the database did not answer, or told no time
   */
  async adjust(): Promise<boolean> {
    const begun = this.machine.elapsedMilliseconds();
    let time: Date;
    try {
      time = await this.read();
    } catch {
      // Its absence is told by whatever else asks it.
      return false;
    }
    // With a time that is none, nothing would be over and nothing locked.
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

  /** Once, and again after it was right. */
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
