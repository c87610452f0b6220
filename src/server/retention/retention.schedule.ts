import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ServerConfig } from '../config/server-config.js';
import { describeRetention, RetentionService } from './retention.service.js';

/** Runs retention every `CLEAN_UP_INTERVAL_SECONDS`, for the first time one interval after the start. */
@Injectable()
export class RetentionSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('CleanUp');
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;

  constructor(
    @Inject(RetentionService) private readonly cleanUp: Pick<RetentionService, 'run'>,
    @Inject(ServerConfig)
    private readonly config: Pick<ServerConfig, 'cleanUpIntervalSeconds'>,
  ) {}

  onApplicationBootstrap(): void {
    const { cleanUpIntervalSeconds: seconds } = this.config;
    if (seconds === 0) return;
    this.timer = setInterval(() => this.begin(), seconds * 1000).unref();
  }

  /** Before the connections close: the running batch is the last one. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await this.running;
  }

  /** A run that takes longer than the interval is not joined by another. */
  private begin(): void {
    this.running ??= this.runOnce().finally(() => {
      this.running = null;
    });
  }

  private async runOnce(): Promise<void> {
    try {
      const cleaned = await this.cleanUp.run(this.stopping.signal);
      this.logger.log(describeRetention(cleaned));
    } catch (error) {
      // The next run deletes what is left.
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.error(`The clean-up failed and will be tried again: ${reason}`);
    }
  }
}
