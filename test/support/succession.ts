import { expect } from '@jest/globals';
import { type AuditFault, AuditVerification } from '../../src/mfa/index.js';
import { FakeClock } from '../../src/mfa/testing/index.js';
import { DeadlyProxy, type TimeOfDeath } from './deadly-proxy.js';
import { type Reply } from './http-client.js';
import { type Environment, TestServer } from './server.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** Far more statements than any of our requests takes. */
const MOST_STATEMENTS = 60;

/** A request during which a server dies, and what must hold afterwards. */
export interface Trial<Given> {
  /** Prepares everything, with the server alive. */
  prepare(server: TestServer): Promise<Given>;
  /** @returns whether the client was told of success */
  act(server: TestServer, given: Given): Promise<boolean>;
  /**
   * Checks that everything or nothing was done, and that a retry works.
   *
   * @returns whether it was done
   */
  inspect(server: TestServer, given: Given): Promise<boolean>;
}

/** Whether a client takes this as success. */
export async function isTold(reply: Promise<Reply>): Promise<boolean> {
  const { status } = await reply;
  return status < 300;
}

/** Servers on one database, one at a time: each dies, and the next finds what it left behind. */
export class Succession {
  private constructor(
    private readonly database: TestDatabase,
    private readonly environment: Environment,
    private readonly clock: FakeClock,
    private proxy: DeadlyProxy,
    private living: TestServer,
  ) {}

  static async begin(environment: Environment = {}): Promise<Succession> {
    const [database, clock] = [await createTestDatabase(), new FakeClock()];
    const { proxy, server } = await startMortal(database, environment, clock);
    return new Succession(database, environment, clock, proxy, server);
  }

  async end(): Promise<void> {
    await this.bury();
    await this.database.drop();
  }

  /**
   * Lets one server after the other die at the first statement of a request, at the second and so
   * on, until one finishes before its statement.
   */
  async outlive<Given>(when: TimeOfDeath, trial: Trial<Given>): Promise<void> {
    const outcomes: boolean[] = [];
    for (let at = 1; at < MOST_STATEMENTS; at++) {
      const given = await trial.prepare(this.living);
      this.proxy.doomAt(at, when);
      const told = await this.wasTold(trial.act(this.living, given));
      const place = `${when} statement ${at}: ${this.proxy.lastStatement}`;
      const lives = this.proxy.spare();
      if (!lives) await this.succeed();
      const isDone = await inspected(trial.inspect(this.living, given), place);
      // A client must not be told of success before it is certain.
      if (told) expect([place, isDone]).toEqual([place, true]);
      outcomes.push(isDone);
      if (lives) {
        expectOneTurn(outcomes, told);
        return expectWholeAudit(this.living);
      }
    }
    throw new Error(`It takes more than ${MOST_STATEMENTS} statements.`);
  }

  /** A failure is expected of a doomed server; any other fails the test. */
  private async wasTold(acting: Promise<boolean>): Promise<boolean> {
    try {
      return await acting;
    } catch (error) {
      if (this.proxy.spare()) throw error;
      return false;
    }
  }

  /** Starts the next server with the same settings. */
  private async succeed(): Promise<void> {
    await this.bury();
    const { proxy, server } = await startMortal(this.database, this.environment, this.clock);
    this.proxy = proxy;
    this.living = server;
  }

  /** A dead server may fail to close its resources. */
  private async bury(): Promise<void> {
    await this.living.app.close().catch(() => undefined);
    await this.proxy.stop();
  }
}

async function startMortal(database: TestDatabase, environment: Environment, clock: FakeClock) {
  const proxy = await DeadlyProxy.start(database.url);
  const own = { ...environment, DATABASE_URL: proxy.url };
  return { proxy, server: await TestServer.start(database, own, false, { clock }) };
}

/** Adds the place of death to the error of an inspection. */
async function inspected(inspection: Promise<boolean>, place: string): Promise<boolean> {
  try {
    return await inspection;
  } catch (cause) {
    throw new Error(`Not whole after a death ${place}`, { cause });
  }
}

/** Expects that early deaths did nothing, and that from one statement on everything was done. */
function expectOneTurn(outcomes: readonly boolean[], told: boolean): void {
  const undone = outcomes.filter((isDone) => !isDone);
  const done = outcomes.filter((isDone) => isDone);
  expect(outcomes).toEqual([...undone, ...done]);
  expect(undone.length).toBeGreaterThan(0);
  expect(told).toBe(true);
}

async function expectWholeAudit({ app }: TestServer): Promise<void> {
  const faults: AuditFault[] = [];
  const onFault = (fault: AuditFault) => faults.push(fault);
  await app.get(AuditVerification).run({ onFault, onProgress: () => {} });
  expect(faults).toEqual([]);
}
